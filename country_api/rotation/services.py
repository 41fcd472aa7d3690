"""The two services of a server, restarted and looked at by systemd."""

import socket
import subprocess
import time
from typing import Protocol

AGENT, CORE = "keyland-agent", "keyland-core"
START_SECONDS = 120
STEADY_LOOKS = 3


class Services(Protocol):
    def restart_agent(self) -> None:
        """Returns when it is ready or has failed; customers notice nothing of it."""

    def restart_core(self) -> None:
        """Cuts everybody off for less than a second; programs connect anew by themselves."""

    def core_is_well(self, port: int) -> bool:
        """Whether it runs, stays, and listens."""


class SystemdServices:
    def restart_agent(self) -> None:
        _systemctl("restart", AGENT)

    def restart_core(self) -> None:
        _systemctl("restart", CORE)

    def core_is_well(self, port: int) -> bool:
        for _ in range(STEADY_LOOKS):
            time.sleep(1)
            if _systemctl("is-active", "--quiet", CORE) or not _listens(port):
                return False
        return True


def _systemctl(*words: str) -> int:
    told = ["systemctl", *words]
    return subprocess.run(told, check=False, timeout=START_SECONDS).returncode  # noqa: S603 -- fixed words


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
