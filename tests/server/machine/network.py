"""One wire between this machine and the other one, a site on it, and nothing else of the world."""

import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.server.machine.image import SITE
from tests.support.small_servers import Site


@dataclass(frozen=True)
class Wire:
    """`here` is this machine, as the shop; `stranger` another address of it."""

    name: str
    net: int
    sites: tuple[Site, Site]

    @property
    def here(self) -> str:
        return f"10.213.{self.net}.1"

    @property
    def stranger(self) -> str:
        return f"10.213.{self.net}.3"

    @property
    def far(self) -> str:
        """An address of this machine's that looks public: a core refuses private ones."""
        return f"11.23.{self.net}.1"

    @property
    def there(self) -> str:
        return f"10.213.{self.net}.2"


@contextmanager
def connected(root: Path, pair: tuple[Path, Path]) -> Iterator[Wire]:
    """This side of it; `plug_in` does the other one after each boot, since it goes with that."""
    name, net = f"kl{secrets.token_hex(4)}", secrets.randbelow(250) + 2
    _ip("link", "add", name, "type", "bridge")
    sites: list[Site] = []
    try:
        four, six = f"10.213.{net}.1", f"fd00:213:{net:x}::1"
        for address in (f"{four}/24", f"10.213.{net}.3/24", f"11.23.{net}.1/32"):
            _ip("address", "add", address, "dev", name)
        _ip("-6", "address", "add", f"{six}/64", "dev", name, "nodad")
        _ip("link", "set", name, "up")
        sites += [Site(*pair, host, 443) for host in (four, six)]
        hosts = root / "etc/hosts"
        hosts.write_text(f"127.0.0.1 localhost\n{four} {SITE}\n{six} {SITE}\n")
        yield Wire(name, net, (sites[0], sites[1]))
    finally:
        for site in sites:
            site.close()
        subprocess.run(["ip", "link", "delete", name], check=False, capture_output=True)  # noqa: S607


def plug_in(wire: Wire, leader: int) -> None:
    inside = ["nsenter", "-t", str(leader), "-n", "ip"]
    _ip("link", "add", f"{wire.name}a", "type", "veth", "peer", "name", f"{wire.name}p")
    _ip("link", "set", f"{wire.name}a", "master", wire.name, "up")
    _ip("link", "set", f"{wire.name}p", "netns", str(leader))
    for words in (
        ("link", "set", f"{wire.name}p", "name", "wan0"),
        ("address", "add", f"{wire.there}/24", "dev", "wan0"),
        ("-6", "address", "add", f"fd00:213:{wire.net:x}::2/64", "dev", "wan0", "nodad"),
        ("link", "set", "wan0", "up"),
        ("route", "add", "default", "via", wire.here),
    ):
        subprocess.run([*inside, *words], check=True, capture_output=True)


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)  # noqa: S607
