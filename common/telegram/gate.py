"""The flood gate: who may send now, who waits, and for whom a 429 closes it."""

import threading
from collections import deque
from collections.abc import Callable
from enum import IntEnum

from common.clock import Sleep


class Traffic(IntEnum):
    """The lower, the sooner. Interactive never waits here: a person looks at the screen."""

    INTERACTIVE = 0
    TRANSACTIONAL = 1
    BROADCAST = 2


RATE = 28.0  # messages a second; Telegram lets about 30 through for all processes of a token
WINDOW_SECONDS = 1.0
BURST_SECONDS = 0.11  # of the rate may follow at once, so that a late thread costs no time
RESERVED_SECONDS = 0.25  # how long the next permit is kept for a receipt that was asked to wait
MARGIN_SECONDS = 0.2  # on top of what a 429 asked for
ROUNDING = 1e-9  # of a token; else a wait could be too short for a clock to show


class Gate:
    """Shared by the threads of a process: in no second do more than `rate` enter, evenly spread;
    and a pause that a 429 begins. The interactive do not wait, but are counted.
    """

    def __init__(self, *, monotonic: Callable[[], float], sleep: Sleep, rate: float = RATE) -> None:
        self._monotonic, self._sleep, self._rate = monotonic, sleep, rate
        self._burst = max(rate * BURST_SECONDS, 1.0)
        self._lock = threading.Lock()
        self._tokens = self._burst
        self._filled_at = monotonic()
        self._last_second: deque[float] = deque(maxlen=max(int(rate * WINDOW_SECONDS), 1))
        self._open_at = self._filled_at
        self._reserved_until = self._filled_at

    @property
    def rate(self) -> float:
        return self._rate

    def try_enter(self, traffic: Traffic) -> float:
        """0 and the permit is taken; else the seconds after which to ask again.

        What a transactional asker was refused is kept for him: broadcasts wait until he has come.
        """
        with self._lock:
            now = self._monotonic()
            self._fill(now)
            wait = 0.0 if traffic is Traffic.INTERACTIVE else self._wait(traffic, now)
            if wait > 0:
                return wait
            if traffic is Traffic.TRANSACTIONAL:
                self._reserved_until = now
            self._tokens = max(self._tokens - 1, 0.0)
            self._last_second.append(now)
            return 0.0

    def enter(self, traffic: Traffic) -> None:
        """Return when the permit is taken."""
        while (seconds := self.try_enter(traffic)) > 0:
            self._sleep(seconds)

    def give_back(self) -> None:
        """A permit that was not used."""
        with self._lock:
            self._tokens = min(self._tokens + 1, self._burst)
            if self._last_second:
                self._last_second.pop()

    def hold(self, seconds: float) -> None:
        """Nobody but interactive calls enters for so long; a longer hold stays."""
        with self._lock:
            self._open_at = max(self._open_at, self._monotonic() + seconds)

    def held_for(self) -> float:
        with self._lock:
            return max(self._open_at - self._monotonic(), 0.0)

    def _wait(self, traffic: Traffic, now: float) -> float:
        wait = max(self._open_at - now, self._until_a_token(), self._until_the_window_moves(now))
        if traffic is Traffic.BROADCAST:
            return max(wait, self._reserved_until - now)
        if wait > 0:
            self._reserved_until = now + wait + RESERVED_SECONDS
        return wait

    def _until_a_token(self) -> float:
        missing = 1 - self._tokens
        return missing / self._rate if missing > ROUNDING else 0.0

    def _until_the_window_moves(self, now: float) -> float:
        if len(self._last_second) < (self._last_second.maxlen or 1):
            return 0.0
        left = self._last_second[0] + WINDOW_SECONDS - now
        return left if left > ROUNDING else 0.0

    def _fill(self, now: float) -> None:
        self._tokens = min(self._tokens + (now - self._filled_at) * self._rate, self._burst)
        self._filled_at = now
