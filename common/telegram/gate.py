"""The flood gate: who may send now, who waits, and for whom a 429 closes it."""

import threading
from collections.abc import Callable
from enum import IntEnum

from common.clock import Sleep


class Traffic(IntEnum):
    """The lower, the sooner. Interactive never waits here: a person looks at the screen."""

    INTERACTIVE = 0
    TRANSACTIONAL = 1
    BROADCAST = 2


RATE = 25.0  # messages a second; Telegram lets about 30 through for all processes of a token
BURST = 25.0
KEPT_BACK = 5.0  # what broadcasts leave to receipts
MARGIN_SECONDS = 0.2  # on top of what a 429 asked for
ROUNDING = 1e-9  # of a token; else a wait could be too short for a clock to show


class Gate:
    """A token bucket shared by the threads of a process, with a pause that a 429 begins."""

    def __init__(self, *, monotonic: Callable[[], float], sleep: Sleep, rate: float = RATE) -> None:
        self._monotonic, self._sleep, self._rate = monotonic, sleep, rate
        self._lock = threading.Lock()
        self._tokens = BURST
        self._filled_at = monotonic()
        self._open_at = self._filled_at

    def try_enter(self, traffic: Traffic) -> float:
        """0 and the permit is taken; else the seconds after which to ask again."""
        with self._lock:
            now = self._monotonic()
            self._fill(now)
            if traffic is not Traffic.INTERACTIVE:
                if now < self._open_at:
                    return self._open_at - now
                missing = self._needed(traffic) - self._tokens
                if missing > ROUNDING:
                    return missing / self._rate
            self._tokens = max(self._tokens - 1, -BURST)
            return 0.0

    def enter(self, traffic: Traffic) -> None:
        """Return when the permit is taken."""
        while (seconds := self.try_enter(traffic)) > 0:
            self._sleep(seconds)

    def hold(self, seconds: float) -> None:
        """Nobody but interactive calls enters for so long; a longer hold stays."""
        with self._lock:
            self._open_at = max(self._open_at, self._monotonic() + seconds)

    def held_for(self) -> float:
        with self._lock:
            return max(self._open_at - self._monotonic(), 0.0)

    def _fill(self, now: float) -> None:
        self._tokens = min(self._tokens + (now - self._filled_at) * self._rate, BURST)
        self._filled_at = now

    @staticmethod
    def _needed(traffic: Traffic) -> float:
        return 1 + (KEPT_BACK if traffic is Traffic.BROADCAST else 0)
