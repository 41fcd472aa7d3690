"""What one server's agent is told from outside."""

import re
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
)
from typing_extensions import override

from common.settings import CallerKeys, Settings, is_loopback, seen
from country_api.core.config import CoreKind, CorePlan, Reality, check, host_and_port
from country_api.outbound import AUTO, SAFE, Choice
from models.servers import Host

Port = Annotated[int, Field(ge=1, le=65535)]
KEY = re.compile(r"^[A-Za-z0-9_-]{43}$")
SHORT_ID = re.compile(r"^(?:[0-9a-f]{2}){0,8}$")
NAME = re.compile(r"^[A-Za-z0-9.-]{1,253}$")
REALITY_FIELDS = (
    "reality_target", "reality_server_name", "reality_private_key", "reality_public_key",
    "reality_short_ids",
)  # fmt: skip


def _short_ids(value: object) -> object:
    return tuple(part.strip() for part in value.split(",")) if isinstance(value, str) else value


def _host_port(value: str) -> tuple[str, int]:
    """Raises ValueError."""
    host, _, port = value.rpartition(":")
    if not host or not port.isdigit() or not 1 <= int(port) <= 65535:  # noqa: PLR2004 -- TCP ports
        raise ValueError("must be host:port")
    return host.strip("[]"), int(port)


class CountrySettings(Settings):
    """`core_binary`, when given, tests each new config file before it replaces the old one.

    The REALITY_* are needed with SECURITY=reality: keys in raw base64url of 43 characters,
    REALITY_SHORT_IDS a comma-separated list of hex strings of even length up to 16.
    """

    model_config = ConfigDict(validate_default=True)

    state_dir: Path
    caller_keys: CallerKeys
    core_kind: CoreKind = CoreKind.XRAY
    core_config: Path
    core_config_rest_seconds: Annotated[float, Field(gt=0, le=3600)] = 60.0
    core_api: str
    core_binary: Path | None = None
    inbound_listen: str = "0.0.0.0"  # noqa: S104 -- customers come from everywhere
    inbound_port: Port = 443
    public_host: Host
    public_port: Port = 443
    security: Literal["reality", "none"] = "reality"
    reality_target: str = ""
    reality_server_name: str = ""
    reality_private_key: str = ""
    reality_public_key: str = ""
    reality_short_ids: Annotated[tuple[str, ...], BeforeValidator(_short_ids)] = ()
    outbound_strategy: Choice = AUTO
    allow_private: str = ""

    @field_validator("state_dir")
    @classmethod
    def _is_directory(cls, value: Path) -> Path:
        if not seen(value.is_dir):
            raise ValueError("must be a directory")
        return value

    @field_validator("core_config")
    @classmethod
    def _is_in_a_directory(cls, value: Path) -> Path:
        if not seen(value.parent.is_dir):
            raise ValueError("its directory is not there")
        return value

    @field_validator("core_binary")
    @classmethod
    def _is_a_program(cls, value: Path | None) -> Path | None:
        if value and not seen(value.is_file):
            raise ValueError("is not there")
        return value

    @field_validator("core_api")
    @classmethod
    def _stays_here(cls, value: str, info: ValidationInfo) -> str:
        if value.startswith("unix:/"):
            if info.data.get("core_kind") is CoreKind.V2RAY:
                raise ValueError("v2ray's API cannot listen on a unix socket")
            return value
        if not is_loopback("{}:{}".format(*_host_port(value))):
            raise ValueError("must be unix:/path or 127.0.0.1:port")
        return value

    @field_validator("inbound_listen")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        return str(ip_address(value))

    @field_validator("security")
    @classmethod
    def _is_safe(cls, value: str, info: ValidationInfo) -> str:
        listen = info.data.get("inbound_listen")
        if value == "none" and listen and not is_loopback(host_and_port(listen, 1)):
            raise ValueError("none is for an inbound on loopback only")
        if value == "reality" and info.data.get("core_kind") is CoreKind.V2RAY:
            raise ValueError("v2ray knows no REALITY")
        return value

    @field_validator(*REALITY_FIELDS)
    @classmethod
    def _is_given_with_reality(cls, value: str, info: ValidationInfo) -> str:
        if info.data.get("security") == "reality" and not value:
            raise ValueError("needed with SECURITY=reality")
        return value

    @field_validator("reality_private_key", "reality_public_key")
    @classmethod
    def _is_a_key(cls, value: str) -> str:
        if value and not KEY.match(value):
            raise ValueError("must be 43 characters of base64url")
        return value

    @field_validator("reality_target")
    @classmethod
    def _is_a_target(cls, value: str) -> str:
        if value:
            _host_port(value)
        return value

    @field_validator("reality_server_name")
    @classmethod
    def _is_a_name(cls, value: str) -> str:
        if value and not NAME.match(value):
            raise ValueError("must be a host name")
        return value

    @field_validator("reality_short_ids")
    @classmethod
    def _are_short_ids(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not all(map(SHORT_ID.match, value)):
            raise ValueError("must be hex strings of even length up to 16, comma-separated")
        return value

    @field_validator("allow_private")
    @classmethod
    def _is_one_address_of_a_sandbox(cls, value: str, info: ValidationInfo) -> str:
        if not value:
            return value
        ip_address(_host_port(value)[0])
        listen = info.data.get("inbound_listen")
        if listen and not is_loopback(host_and_port(listen, 1)):
            raise ValueError("refused, since the inbound does not listen on loopback")
        return value

    def plan(self) -> CorePlan:
        """What settings alone say; `deps.final_plan` adds what only the server itself knows."""
        plan = CorePlan(
            kind=self.core_kind,
            api=self.core_api,
            listen=self.inbound_listen,
            port=self.inbound_port,
            reality=self._reality(),
            strategy=SAFE if self.outbound_strategy == AUTO else self.outbound_strategy,
            allow_private=self.allow_private,
        )
        check(plan)
        return plan

    def _reality(self) -> Reality | None:
        if self.security == "none":
            return None
        return Reality(
            target=self.reality_target,
            server_name=self.reality_server_name,
            private_key=self.reality_private_key,
            short_ids=self.reality_short_ids,
        )

    @override
    def addresses(self) -> list[str]:
        hosts = (self.inbound_listen, self.public_host)
        return [self.core_api, *(host_and_port(host, 1) for host in hosts)]

    @override
    def secrets(self) -> list[str]:
        keys = [key for keys in self.caller_keys.values() for key in keys]
        return [self.reality_private_key, *keys]
