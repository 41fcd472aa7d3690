"""Real VPN cores for tests: found on this machine, started from a config, killed, started again."""

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from country_api.core.config import CoreKind
from tests.support.waiting import PATIENCE_SECONDS

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class FoundCore:
    kind: CoreKind
    binary: Path


def find_cores() -> list[FoundCore]:
    """One of each kind, as far as there are any; TEST_CORE=xray or v2ray picks one."""
    wish = os.environ.get("TEST_CORE")  # noqa: TID251 -- whoever runs the tests says it here
    binary = os.environ.get("XRAY_BIN")  # noqa: TID251 -- as above
    places = {
        CoreKind.XRAY: [binary, shutil.which("xray"), ROOT / ".runtime/core/xray"],
        CoreKind.V2RAY: [shutil.which("v2ray"), ROOT / ".runtime/core/v2ray/usr/bin/v2ray"],
    }
    found = []
    for kind, candidates in places.items():
        there = [Path(place) for place in candidates if place and Path(place).is_file()]
        if there and wish in (None, "", kind.value):
            found.append(FoundCore(kind, there[0]))
    return found


class CoreProcess:
    """A core run from a config file, as systemd or the sandbox's supervisor would run it."""

    def __init__(self, core: FoundCore, config: Path) -> None:
        self.core = core
        self.config = config
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns when it listens on all its ports."""
        plan = json.loads(self.config.read_text())
        _remove_stale_socket(plan)
        run = ["run"] if self.core.kind is CoreKind.XRAY else []
        with self.config.with_suffix(".log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(self.core.binary), *run, "-config", str(self.config)], stdout=log, stderr=log
            )
        ports = [int(inbound["port"]) for inbound in plan["inbounds"]]
        wait_until(lambda: self._listens(ports), "the core listens")

    def _listens(self, ports: list[int]) -> bool:
        assert self._process
        assert self._process.poll() is None, self.config.with_suffix(".log").read_text()[-2000:]
        return all(map(_answers, ports))

    def kill(self) -> None:
        """kill -9; harmless when it does not run."""
        if self._process:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    def pause(self) -> None:
        """Leave it hanging: its ports accept, nothing answers."""
        assert self._process
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        assert self._process
        self._process.send_signal(signal.SIGCONT)


def _remove_stale_socket(plan: dict[str, Any]) -> None:
    """Xray does not start over the socket of a killed one; no agent may be there to clear it."""
    listen = str(plan.get("api", {}).get("listen", ""))
    if listen.startswith("/"):
        Path(listen.split(",", maxsplit=1)[0]).unlink(missing_ok=True)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_until(fact: Callable[[], object], what: str, seconds: float = PATIENCE_SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.02)
