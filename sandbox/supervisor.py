"""The sandbox's supervisor: named processes, started in order, kept up, killed, stopped."""

import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import requests

from sandbox import guard
from sandbox.keeper import Keeper, Process

INHERITED = ("PATH", "HOME", "LANG")
READY_SECONDS = 30.0
STOP_SECONDS = 10.0
_MOST_FALSE_STARTS = 4
_LOG_LINES = 15
_PROBE_SECONDS = 2.0


class NotReady(Exception):
    """A process that keeps dying or does not answer; the message ends with its last words."""


class Supervisor:
    """Processes get PATH, HOME and LANG of `outer`, their own variables, and nothing else.

    Leaving the context stops everything; when this process itself is killed, its guard does.
    Either way `folder`, if given, is removed afterwards.
    """

    def __init__(
        self, processes: Sequence[Process], outer: Mapping[str, str], folder: Path | None = None
    ) -> None:
        self._mark = secrets.token_hex(16)
        base = {name: outer[name] for name in INHERITED if name in outer}
        self._keepers = {
            it.name: Keeper(it, {**base, **it.environment, guard.MARK: self._mark})
            for it in processes
        }
        if len(self._keepers) != len(processes):
            raise ValueError("two processes have the same name")
        self._guard = subprocess.Popen(
            [sys.executable, "-I", "-S", guard.__file__, self._mark, str(folder or "")],
            stdin=subprocess.PIPE,
            env={},
            start_new_session=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop_all()

    @property
    def names(self) -> list[str]:
        return list(self._keepers)

    def pid(self, name: str) -> int:
        """0 while it is not running."""
        return self._keepers[name].pid

    def restarts(self, name: str) -> int:
        """How often it was started again after it had died."""
        return self._keepers[name].restarts

    def start_all(self, seconds: float = READY_SECONDS) -> None:
        """In the order given, each when those it comes `after` are ready; returns when all are."""
        ready: set[str] = set()
        for name, keeper in self._keepers.items():
            for earlier in keeper.process.after:
                if earlier not in ready:
                    self.wait_ready(earlier, seconds)
                    ready.add(earlier)
            self.start(name)
        for name in self._keepers:
            if name not in ready:
                self.wait_ready(name, seconds)

    def start(self, name: str) -> None:
        """Does nothing when it runs already; does not wait until it is ready."""
        self._keepers[name].start()

    def stop(self, name: str, seconds: float = STOP_SECONDS) -> None:
        """SIGTERM, then SIGKILL for it and its group; it stays down until `start`."""
        keeper = self._keepers[name]
        keeper.ask_to_stop()
        keeper.wait_stopped(time.monotonic() + seconds)

    def kill(self, name: str, number: int = signal.SIGKILL) -> bool:
        """False when it was not running. SIGKILL takes its whole group; it will be restarted."""
        return self._keepers[name].kill(number)

    def wait_ready(self, name: str, seconds: float = READY_SECONDS) -> None:
        """Raises NotReady when it does not answer in time or keeps dying."""
        keeper = self._keepers[name]
        false_starts = keeper.restarts + _MOST_FALSE_STARTS
        deadline = time.monotonic() + seconds
        while not _answers(keeper):
            if time.monotonic() > deadline:
                raise NotReady(f"{name} is not ready after {seconds:g} s\n{_last_words(keeper)}")
            if keeper.restarts >= false_starts:
                raise NotReady(f"{name} keeps dying\n{_last_words(keeper)}")
            time.sleep(0.02)

    def stop_all(self, seconds: float = STOP_SECONDS) -> None:
        """Last started, first asked; then nothing that bears this sandbox's mark is left alive.

        The end: there is no guard for what might be started after it.
        """
        keepers = list(reversed(self._keepers.values()))
        for keeper in keepers:
            keeper.ask_to_stop()
        deadline = time.monotonic() + seconds
        for keeper in keepers:
            keeper.wait_stopped(deadline)
        # its pipe closes, it looks for stragglers, and ends
        self._guard.communicate()


def _answers(keeper: Keeper) -> bool:
    """A process without a probe is ready when it runs."""
    if not keeper.pid:
        return False
    where = urlsplit(keeper.process.ready)
    try:
        if where.scheme == "http":
            with requests.Session() as session:
                session.trust_env = False  # a proxy of the environment must not see loopback
                answer = session.get(keeper.process.ready, timeout=_PROBE_SECONDS)
                return answer.status_code == HTTPStatus.OK
        if where.scheme == "tcp":
            address = (where.hostname or "", where.port or 0)
            socket.create_connection(address, timeout=_PROBE_SECONDS).close()
    except (OSError, requests.RequestException):
        return False
    return True


def _last_words(keeper: Keeper) -> str:
    try:
        lines = keeper.process.log.read_text(errors="replace").splitlines()
    except OSError:
        return ""
    return "\n".join(lines[-_LOG_LINES:])
