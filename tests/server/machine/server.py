"""The machine as its operator handles it: runs the installer without a terminal, and looks."""

import re
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from tests.server.machine.image import SITE, SOURCE, WHEELS, XRAY
from tests.server.machine.network import Wire
from tests.systemd.boot.container import Machine

LINE = re.compile(r"^(\S+:\d+) ([0-9a-f]{64}) (\S{32,})$", re.MULTILINE)
KEPT = ("etc/keyland", "etc/systemd/system", "etc/cron.d/keyland")
MADE = ("etc/keyland", "opt/keyland", "opt/keyland-releases", "opt/keyland-xray",
        "opt/keyland-venvs",
        "usr/local/bin/xray", "etc/systemd/system/keyland.target", "var/lib/keyland",
        "etc/cron.d/keyland", "etc/systemd/system/keyland-firewall.service")  # fmt: skip


@dataclass(frozen=True)
class Said:
    code: int
    text: str

    @property
    def line(self) -> str:
        """The one for the shop."""
        found = LINE.search(self.text)
        assert found, self.text[-3000:]
        return found[0]


@dataclass(frozen=True)
class Server:
    machine: Machine
    wire: Wire
    xray_sha256: str

    @property
    def root(self) -> Path:
        return self.machine.root

    def sh(self, text: str, seconds: float = 600) -> Said:
        """What a shell says, both streams together."""
        told = self.machine.run(
            "sh", "-c", f"({text}) 2>&1 </dev/null; echo code=$?", seconds=seconds
        )
        words, _, code = told.rpartition("code=")
        return Said(int(code), words)

    def run(self, act: str = "install", source: str = SOURCE, **changed: str) -> Said:
        return self.sh(self.command(act, source, **changed))

    def command(self, act: str = "install", source: str = SOURCE, **changed: str) -> str:
        """The installer, with all that there is no internet for; `changed` options, by name."""
        options = {
            "address": self.wire.there,
            "target": f"{SITE}:443",
            "main-address": self.wire.here,
            "wheels": f"/{WHEELS}",
            "xray": f"/{XRAY}",
            "xray-sha256": self.xray_sha256,
        }
        options |= {name.replace("_", "-"): value for name, value in changed.items()}
        words = " ".join(f"--{name} {value}" for name, value in options.items() if value)
        return f"/{source}/scripts/install-server {act} {words}"

    def made(self) -> list[str]:
        """What of an installation is there."""
        return [name for name in MADE if (self.root / name).exists() or self._link(name)]

    def _link(self, name: str) -> bool:
        return (self.root / name).is_symlink()

    def kept(self) -> dict[str, str]:
        """All settings, keys and units, by a digest of each."""
        files = [
            path for name in KEPT for path in [self.root / name, *(self.root / name).rglob("*")]
        ]
        return {
            str(path): sha256(path.read_bytes()).hexdigest() for path in files if path.is_file()
        }

    def pid(self, unit: str) -> str:
        return self.machine.shown(unit, "MainPID")

    def users_in_core(self) -> int:
        asked = "/usr/local/bin/xray api inboundusercount --server=unix:/run/keyland-core/api.sock"
        found = re.search(r'"count": (\d+)', self.sh(f"{asked} -tag=vless-users").text)
        return int(found[1]) if found else 0

    def venvs(self) -> list[str]:
        return sorted(path.name for path in (self.root / "opt/keyland-venvs").iterdir())

    def release(self) -> str:
        return (self.root / "opt/keyland").readlink().name
