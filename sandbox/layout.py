"""Where everything of one sandbox is: its folder, its ports, its keys. All on loopback."""

import json
import secrets
import socket
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from country_api import certificate

LOOPBACK = "127.0.0.1"
COUNTRIES = ("finland", "germany")
BOT_USERNAME = "keyland_sandbox_bot"
PORT_NAMES = (
    "telegram",
    "payments",
    "web",
    "main_api",
    "main_public",
    "payments_webhook",
    "notify_service",
    *(f"{what}_{country}" for country in COUNTRIES for what in ("agent", "core", "core_api")),
)
PAIRS = (
    ("tg_bot", "main_api"),
    ("tg_bot", "notify_service"),
    ("main_api", "notify_service"),
    ("main_api", "payments_webhook"),
    ("payments_webhook", "main_api"),
    ("notify_service", "main_api"),
    ("operator", "main_api"),
    ("operator", "notify_service"),
    *(("main_api", f"agent_{country}") for country in COUNTRIES),
    *(("operator", f"agent_{country}") for country in COUNTRIES),
)


def free_ports(names: tuple[str, ...]) -> dict[str, int]:
    """A free loopback port a name; all are held open together, so that no two are the same."""
    with ExitStack() as held:
        ports = {}
        for name in names:
            probe = held.enter_context(socket.socket())
            probe.bind((LOOPBACK, 0))
            ports[name] = probe.getsockname()[1]
        return ports


def _key() -> str:
    return secrets.token_urlsafe(33)


@dataclass(frozen=True)
class Layout:
    """One sandbox. `keys` is by (caller, callee); secrets are made anew for every sandbox. `hosts`
    names the address of what is not on loopback.
    """

    folder: Path
    hosts: Mapping[str, str] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=lambda: free_ports(PORT_NAMES))
    keys: dict[tuple[str, str], str] = field(default_factory=lambda: {p: _key() for p in PAIRS})
    bot_token: str = field(default_factory=lambda: f"7000001:{secrets.token_urlsafe(26)}")
    yookassa_shop: str = "100500"
    yookassa_key: str = field(default_factory=lambda: f"test_{_key()}")
    yoomoney_wallet: str = "4100118000000001"
    yoomoney_secret: str = field(default_factory=_key)
    yoomoney_token: str = field(default_factory=_key)

    def url(self, name: str) -> str:
        scheme = "https" if name.startswith("agent_") else "http"
        return f"{scheme}://{self.address(name)}"

    def address(self, name: str) -> str:
        return f"{self.hosts.get(name, LOOPBACK)}:{self.ports[name]}"

    @property
    def clock_file(self) -> Path:
        return self.folder / "clock_offset"

    @property
    def countries_file(self) -> Path:
        return self.folder / "countries_url.json"

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    def state(self, process: str) -> Path:
        return self.folder / "state" / process

    def core_config(self, country: str) -> Path:
        return self.state(f"agent_{country}") / "core.json"

    def fingerprints(self, name: str) -> list[str]:
        """Of the certificate of this agent, once the folder is prepared; others have none."""
        return [certificate.show(self.state(name))] if name.startswith("agent_") else []

    def caller_keys(self, callee: str) -> str:
        """The callee's CALLER_KEYS."""
        return json.dumps(
            {caller: [key] for (caller, at), key in self.keys.items() if at == callee}
        )

    def prepare(self) -> None:
        """Make the folder (mode 0700) and the files that processes expect.

        Raises certificate.CannotMake where there is no openssl.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.logs.mkdir(exist_ok=True)
        for owner in (
            "main",
            "notify",
            "payments_webhook",
            "tg_bot",
            *map("agent_{}".format, COUNTRIES),
        ):
            self.state(owner).mkdir(mode=0o700, parents=True, exist_ok=True)
        for country in COUNTRIES:
            certificate.make(self.state(f"agent_{country}"))
        self.clock_file.write_text("0")
        servers = {country: [self.address(f"agent_{country}")] for country in COUNTRIES}
        self.countries_file.write_text(json.dumps(servers, indent=2))
