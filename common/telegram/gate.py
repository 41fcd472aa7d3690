"""The flood gate: who may send now, who waits, and for which chats a 429 closes it."""

import heapq
import threading
from collections.abc import Callable
from enum import IntEnum

from common.clock import Sleep


class Traffic(IntEnum):
    """The lower, the sooner. Interactive never waits here: a person looks at the screen."""

    INTERACTIVE = 0
    TRANSACTIONAL = 1
    BROADCAST = 2


RATE = 29.0  # messages in any second; Telegram lets about 30 through for all processes of a token
WINDOW_SECONDS = 1.0
SPREAD = 1.1  # of the rate, at which permits follow each other while the second is not full
BURST_SECONDS = 0.1  # of the rate may enter at once after a pause,
CATCH_UP_SECONDS = 0.35  # and while all is under way, so that a late thread costs no time
LONGEST_WAY_SECONDS = 2.0  # what has no answer by then arrived long ago, or never will
RESERVED_SECONDS = 0.25  # how long the next permit is kept for a receipt that was asked to wait
MARGIN_SECONDS = 0.2  # on top of what a 429 asked for
ALL_UNDER_WAY_SECONDS = 0.01
ROUNDING = 1e-9  # of a token; else a wait could be too short for a clock to show


class Gate:
    """Shared by the threads of a process. In no second do more than `rate` calls arrive there,
    however long each is on its way: a permit counts until a second after its answer. The
    interactive do not wait, but are counted. A 429 begins a pause, of its chat or of all.

    A thread has one permit at a time: it takes it, makes its call, and says `answered` (the Sender
    does), or gives it back.
    """

    def __init__(self, *, monotonic: Callable[[], float], sleep: Sleep, rate: float = RATE) -> None:
        self._monotonic, self._sleep, self._rate = monotonic, sleep, rate
        self._burst = max(rate * BURST_SECONDS, 1.0)
        self._catch_up = max(rate * CATCH_UP_SECONDS, 1.0)
        self._most = max(int(rate * WINDOW_SECONDS), 1)
        self._lock = threading.Lock()
        self._tokens = self._burst
        self._filled_at = monotonic()
        self._under_way: dict[int, float] = {}
        self._counted_until: list[float] = []
        self._open_at = self._filled_at
        self._reserved_until = self._filled_at
        self._chats: dict[int, float] = {}

    @property
    def rate(self) -> float:
        return self._rate

    def try_enter(self, traffic: Traffic) -> float:
        """0 and the permit is taken; else the seconds after which to ask again.

        What a transactional asker was refused is kept for him: broadcasts wait until he has come.
        """
        with self._lock:
            now = self._monotonic()
            self._settle(now)
            wait = 0.0 if traffic is Traffic.INTERACTIVE else self._wait(traffic, now)
            if wait > 0:
                return wait
            if traffic is Traffic.TRANSACTIONAL:
                self._reserved_until = now
            self._tokens = max(self._tokens - 1, 0.0)
            self._leave(now)
            self._under_way[threading.get_ident()] = now
            return 0.0

    def enter(self, traffic: Traffic) -> None:
        """Return when the permit is taken."""
        while (seconds := self.try_enter(traffic)) > 0:
            self._sleep(seconds)

    def answered(self) -> None:
        """The thread's call has ended, however it did."""
        with self._lock:
            self._leave(self._monotonic())

    def give_back(self) -> None:
        """The thread's permit was not used."""
        with self._lock:
            if self._under_way.pop(threading.get_ident(), None) is not None:
                self._tokens += 1

    def hold(self, seconds: float) -> None:
        """Nobody but interactive calls enters for so long; a longer hold stays."""
        with self._lock:
            self._open_at = max(self._open_at, self._monotonic() + seconds)

    def refused(self, chat_id: int | None, seconds: float) -> None:
        """A 429, which does not say what it is about: nothing is sent to that chat for so long.
        With another chat held meanwhile, or outside of any, it is about all that we send.
        """
        with self._lock:
            now = self._monotonic()
            self._chats = {it: until for it, until in self._chats.items() if until > now}
            if chat_id is not None:
                self._chats[chat_id] = max(self._chats.get(chat_id, now), now + seconds)
            if chat_id is None or len(self._chats) > 1:
                self._open_at = max(self._open_at, now + seconds)

    def held_chats(self) -> dict[int, float]:
        """For how many seconds more nothing is to be sent to each of these chats."""
        with self._lock:
            now = self._monotonic()
            return {it: until - now for it, until in self._chats.items() if until > now}

    def held_for(self) -> float:
        with self._lock:
            return max(self._open_at - self._monotonic(), 0.0)

    def _wait(self, traffic: Traffic, now: float) -> float:
        wait = max(self._open_at - now, self._until_a_token(), self._until_the_second_has_room(now))
        if traffic is Traffic.BROADCAST:
            return max(wait, self._reserved_until - now)
        if wait > 0:
            self._reserved_until = now + wait + RESERVED_SECONDS
        return wait

    def _until_a_token(self) -> float:
        missing = 1 - self._tokens
        return missing / (self._rate * SPREAD) if missing > ROUNDING else 0.0

    def _until_the_second_has_room(self, now: float) -> float:
        if len(self._under_way) + len(self._counted_until) < self._most:
            return 0.0
        return self._counted_until[0] - now if self._counted_until else ALL_UNDER_WAY_SECONDS

    def _leave(self, now: float) -> None:
        if self._under_way.pop(threading.get_ident(), None) is not None:
            heapq.heappush(self._counted_until, now + WINDOW_SECONDS)

    def _settle(self, now: float) -> None:
        self._tokens += (now - self._filled_at) * self._rate * SPREAD
        self._filled_at = now
        for thread, began in list(self._under_way.items()):
            if now - began > LONGEST_WAY_SECONDS:
                del self._under_way[thread]
        while self._counted_until and self._counted_until[0] - now <= ROUNDING:
            heapq.heappop(self._counted_until)
        at_work = self._under_way or self._counted_until
        self._tokens = min(self._tokens, self._catch_up if at_work else self._burst)
