"""Tells systemd how a process is: ready, alive as long as its loops turn, stopping.

Where systemd did not ask (no NOTIFY_SOCKET: tests, the sandbox) nothing happens.
"""

import logging
import threading
import time
from collections.abc import Callable

from gunicorn.systemd import sd_notify  # type: ignore[import-untyped]  # it ships none

log = logging.getLogger(__name__)
EVERY_SECONDS = 5.0
ALIVE, READY, STOPPING = "WATCHDOG=1", "READY=1", "STOPPING=1"


def tell(state: str) -> None:
    """As sd_notify(3) has it; a failure is nobody's trouble."""
    sd_notify(state, log)


class Watchdog:
    """One for a process. Loops promise to be heard of again; while nobody is late, systemd hears
    that the process is alive, from whoever speaks. It has no thread of its own, which could go on
    while nothing else does.
    """

    def __init__(
        self,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        told: Callable[[str], None] = tell,
    ) -> None:
        self._monotonic, self._told = monotonic, told
        self._lock = threading.Lock()
        self._due: dict[str, float] = {}
        self._last: float | None = None

    def expect(self, name: str, seconds: float) -> None:
        """`name` has turned, and will speak again within `seconds`: more than any wait it has."""
        with self._lock:
            now = self._monotonic()
            self._due[name] = now + seconds
            self._tell(now)

    def done(self, name: str) -> None:
        """`name` has nothing to do until it speaks again."""
        with self._lock:
            self._due.pop(name, None)
            self._tell(self._monotonic())

    def _tell(self, now: float) -> None:
        recently = self._last is not None and now - self._last < EVERY_SECONDS
        if recently or any(due < now for due in self._due.values()):
            return
        self._last = now
        self._told(ALIVE)
