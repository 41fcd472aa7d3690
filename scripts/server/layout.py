"""Where things stand on a server, and what its operator wishes."""

from dataclasses import dataclass
from pathlib import Path

CORE_PORT = 443
AGENT_PORT = 8443
AGENT, CORE, FIREWALL = "keyland-agent", "keyland-core", "keyland-firewall"


@dataclass(frozen=True)
class Layout:
    """`current` is a link to one of `releases`, `program` a link into one of `cores`, so that a
    change of either is one rename, and so is the way back.
    """

    root: Path = Path("/")

    @property
    def current(self) -> Path:
        return self.root / "opt/keyland"

    @property
    def releases(self) -> Path:
        return self.root / "opt/keyland-releases"

    @property
    def venvs(self) -> Path:
        return self.root / "opt/keyland-venvs"

    @property
    def cores(self) -> Path:
        return self.root / "opt/keyland-xray"

    @property
    def program(self) -> Path:
        return self.root / "usr/local/bin/xray"

    @property
    def etc(self) -> Path:
        return self.root / "etc/keyland"

    @property
    def agent_env(self) -> Path:
        return self.etc / "agent.env"

    @property
    def credentials(self) -> Path:
        return self.etc / "credentials/agent"

    @property
    def certificate(self) -> Path:
        return self.credentials / "agent.crt"

    @property
    def rules(self) -> Path:
        return self.etc / "firewall.nft"

    @property
    def unfinished(self) -> Path:
        return self.etc / ".unfinished"

    @property
    def units(self) -> Path:
        return self.root / "etc/systemd/system"

    @property
    def core_config(self) -> Path:
        return self.root / "var/lib/keyland/core/config.json"

    @property
    def outbound(self) -> Path:
        return self.root / "var/lib/keyland/agent/outbound.json"

    @property
    def log(self) -> Path:
        return self.root / "var/log/keyland-install.log"


@dataclass(frozen=True)
class Wishes:
    """What stands on the command line; empty means: as it was, or what is usual."""

    address: str = ""
    port: int = 0
    target: str = ""
    main_addresses: tuple[str, ...] = ()
    xray: Path | None = None
    xray_sha256: str = ""
    mirror: str = ""
    wheels: Path | None = None
    ipv6_probe: str = ""
    outbound: str = ""
    drain_minutes: float = 0.0
    force: bool = False
    yes: bool = False
