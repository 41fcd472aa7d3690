"""Where users may not go: this machine and private networks, mail servers, BitTorrent."""

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any

Json = dict[str, Any]

API, DIRECT, BLOCK = "api", "direct", "block"

PRIVATE_4 = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "224.0.0.0/3",
]
PRIVATE_6 = [
    "::/96",  # this machine, and IPv4 addresses in the abandoned form ::127.0.0.1
    "64:ff9b:1::/48",  # a provider's own NAT64
    "100::/64",
    "2001::/23",  # Teredo and other tunnels, which carry an IPv4 address
    "2002::/16",  # 6to4, likewise
    "fc00::/7",
    "fe80::/9",  # link-local, and fec0:: of old
    "ff00::/8",
]
NAT64 = IPv6Address("64:ff9b::")


def _behind_nat64(network: str) -> str:
    """The IPv6 network by which a NAT64 gateway reaches that IPv4 one."""
    inner = IPv4Network(network)
    outer = int(NAT64) | int(inner.network_address)
    return str(IPv6Network((outer, 96 + inner.prefixlen)))


PRIVATE = [*PRIVATE_4, *PRIVATE_6, *map(_behind_nat64, PRIVATE_4)]
LOCAL_NAMES = [
    "domain:localhost",
    "domain:localdomain",
    "domain:local",
    "domain:internal",
    "domain:intranet",
    "domain:lan",
    "domain:home.arpa",
    # a name without a dot is this machine's, or its provider's
    r"regexp:^[^.]+\.?$",
]
SMTP = "25"


def for_users(tag: str, allow_private: str, own: Sequence[str] = ()) -> list[Json]:
    """In the order the core asks them; what no rule takes goes out. `own` are the addresses and
    names of this server itself.
    """
    rules: list[Json] = [
        {"protocol": ["bittorrent"], "outboundTag": BLOCK},
        {"network": "tcp", "port": SMTP, "outboundTag": BLOCK},
        {"domain": LOCAL_NAMES + _names(own), "outboundTag": BLOCK},
    ]
    if allow_private:
        rules.append({"outboundTag": DIRECT} | exactly(allow_private))
    rules.append({"ip": forbidden(own), "outboundTag": BLOCK})
    # v2ray needs the type; Xray ignores it
    return [{"type": "field", "inboundTag": [tag]} | rule for rule in rules]


def forbidden(own: Sequence[str]) -> list[str]:
    """Networks and addresses nobody reaches: what is private, and this server's own, where a
    connection through the tunnel would look as if the server itself had made it.
    """
    return PRIVATE + only_addresses(own)


def only_addresses(own: Sequence[str]) -> list[str]:
    return [it for it in own if _is_address(it)]


def _names(own: Sequence[str]) -> list[str]:
    return [f"full:{it.lower()}" for it in own if not _is_address(it)]


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def exactly(address: str) -> Json:
    """Conditions that only this ip:port fulfils, over TCP."""
    host, _, port = address.rpartition(":")
    return {"network": "tcp", "ip": [host.strip("[]")], "port": port}
