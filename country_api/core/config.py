"""The core's config: one builder for a real server and for the sandbox, for Xray and for v2ray."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from common.settings import is_loopback
from country_api.core import rules

Json = dict[str, Any]


class CoreKind(StrEnum):
    XRAY = "xray"
    V2RAY = "v2ray"


@dataclass(frozen=True)
class Reality:
    """The camouflage: `target` is the site (host:port) whose handshake is borrowed."""

    target: str
    server_name: str
    private_key: str
    short_ids: tuple[str, ...]


@dataclass(frozen=True)
class CorePlan:
    """What the config is built from, users aside. `api` is `unix:/path` or `127.0.0.1:port`.

    Without `reality` the inbound is VLESS over plain TCP: for loopback only.
    `allow_private` lets exactly one private ip:port through the tunnel: for loopback only.
    `own` are this server's addresses and names, which no user reaches through the tunnel.
    """

    kind: CoreKind
    api: str
    listen: str
    port: int
    reality: Reality | None = None
    strategy: str = "ForceIPv6v4"
    allow_private: str = ""
    own: tuple[str, ...] = ()

    protocol = "vless"
    tag = "vless-users"

    @property
    def flow(self) -> str:
        return "xtls-rprx-vision" if self.reality else ""


class UnsafePlan(ValueError):
    """The config would open what must stay shut, or the core cannot do it."""


def check(plan: CorePlan) -> None:
    """Raises UnsafePlan."""
    home = is_loopback(host_and_port(plan.listen, plan.port))
    if plan.allow_private and not home:
        raise UnsafePlan("a private address may pass only where the inbound listens on loopback")
    if not plan.reality and not home:
        raise UnsafePlan("plain VLESS may listen on loopback only")
    if plan.kind is CoreKind.V2RAY and plan.reality:
        raise UnsafePlan("v2ray knows no REALITY")
    if plan.kind is CoreKind.V2RAY and plan.api.startswith("unix:"):
        raise UnsafePlan("v2ray's API cannot listen on a unix socket")
    if not is_loopback(plan.api):
        raise UnsafePlan("the core's API has no guard of its own, so it stays on this machine")


def host_and_port(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def build(plan: CorePlan, users: Mapping[str, str]) -> Json:
    """The whole config with these users (key -> id) in it; raises UnsafePlan."""
    check(plan)
    inbounds = [_inbound(plan, users)]
    if plan.kind is CoreKind.V2RAY:
        inbounds.append(_api_inbound(plan))
    return {
        # masked, since a warning may name a customer's address
        "log": {"loglevel": "warning", "access": "none", "dnsLog": False, "maskAddress": "full"},
        "api": _api(plan),
        "stats": {},
        "policy": _policy(plan),
        "inbounds": inbounds,
        "outbounds": [_freedom(plan), {"tag": rules.BLOCK, "protocol": "blackhole"}],
        "routing": {
            # names are resolved before the rules on addresses are asked
            "domainStrategy": "IPIfNonMatch",
            "rules": _rules(plan),
        },
    }


def _api(plan: CorePlan) -> Json:
    services = ["HandlerService", "StatsService"]
    if plan.kind is CoreKind.V2RAY:
        return {"tag": rules.API, "services": services}
    services.append("RoutingService")
    listen = f"{plan.api.removeprefix('unix:')},0660" if plan.api.startswith("unix:") else plan.api
    return {"tag": rules.API, "listen": listen, "services": services}


def _api_inbound(plan: CorePlan) -> Json:
    host, _, port = plan.api.rpartition(":")
    return {
        "tag": rules.API,
        "listen": host,
        "port": int(port),
        "protocol": "dokodemo-door",
        "settings": {"address": "127.0.0.1"},
    }


def _policy(plan: CorePlan) -> Json:
    level: Json = {"connIdle": 300, "statsUserUplink": True, "statsUserDownlink": True}
    if plan.kind is CoreKind.XRAY:
        level["statsUserOnline"] = True
    system = {"statsInboundUplink": True, "statsInboundDownlink": True}
    return {"levels": {"0": level}, "system": system}


def clients(plan: CorePlan, users: Mapping[str, str]) -> Iterator[Json]:
    """As they stand in the config, in the order of their names."""
    flow = {"flow": plan.flow} if plan.flow else {}
    for key in sorted(users):
        yield {"id": users[key], "email": key, "level": 0} | flow


def _inbound(plan: CorePlan, users: Mapping[str, str]) -> Json:
    return {
        "tag": plan.tag,
        "listen": plan.listen,
        "port": plan.port,
        "protocol": plan.protocol,
        # "clients", since Xray before 26.5.9 does not know "users"
        "settings": {"clients": list(clients(plan, users)), "decryption": "none"},
        "streamSettings": _stream(plan),
        # not routeOnly: names are what the outbound's strategy acts on. No "quic": the packets of
        # a UDP session keep the addresses they came with, whatever the first one named
        "sniffing": {"enabled": True, "destOverride": ["http", "tls"], "routeOnly": False},
    }


def _stream(plan: CorePlan) -> Json:
    if not plan.reality:
        return {"network": "tcp", "security": "none"}
    return {
        "network": "tcp",
        "security": "reality",
        "realitySettings": {
            "show": False,
            "target": plan.reality.target,
            "xver": 0,
            "serverNames": [plan.reality.server_name],
            "privateKey": plan.reality.private_key,
            "shortIds": list(plan.reality.short_ids),
            # left out, Xray 26.7 would demand clients of 26.3.27 and shut out all other programs
            "minClientVer": "1.8.0",
        },
    }


def _freedom(plan: CorePlan) -> Json:
    settings: Json = {"domainStrategy": plan.strategy}
    if plan.kind is CoreKind.XRAY:
        settings["finalRules"] = _final_rules(plan)
    return {"tag": rules.DIRECT, "protocol": "freedom", "settings": settings}


def _final_rules(plan: CorePlan) -> list[Json]:
    """Asked with the address that is about to be called, and for every packet of a UDP session:
    routing has seen the first packet only, and an earlier answer of the DNS.
    """
    allowed = [{"action": "allow"} | rules.exactly(plan.allow_private)]
    blocked: list[Json] = [{"action": "block", "ip": rules.forbidden(plan.own)}]
    return (allowed if plan.allow_private else []) + blocked


def _rules(plan: CorePlan) -> list[Json]:
    found = rules.for_users(plan.tag, plan.allow_private, plan.own)
    if plan.kind is CoreKind.V2RAY:
        found.insert(0, {"type": "field", "inboundTag": [rules.API], "outboundTag": rules.API})
    return found
