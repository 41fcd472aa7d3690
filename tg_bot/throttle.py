"""Holds off mashing: the same key twice at once, and more than a person can read."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from threading import Lock

BURST = 20.0
REFILL_A_SECOND = 1.0
SAME_KEY_SECONDS = 0.7
MAX_PEOPLE = 20_000


class Verdict(StrEnum):
    """TELL is the first refusal: it is said once, and then there is quiet until it is over."""

    PASS = "pass"  # noqa: S105 -- a word
    REPEATED = "repeated"
    TELL = "tell"
    DROP = "drop"


@dataclass
class _Pace:
    tokens: float
    seen_at: float
    key: str = ""
    told: bool = False


class Throttle:
    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._lock = Lock()
        self._paces: OrderedDict[int, _Pace] = OrderedDict()

    def judge(self, telegram_id: int, key: str) -> Verdict:
        """`key` is the key pressed and the message it is under; empty for what was written."""
        with self._lock:
            now = self._monotonic()
            pace = self._paces.pop(telegram_id, None) or _Pace(BURST, now)
            self._paces[telegram_id] = pace
            if len(self._paces) > MAX_PEOPLE:
                self._paces.popitem(last=False)
            return _judge(pace, key, now)

    def forget_key(self, telegram_id: int) -> None:
        """What was judged came to nothing, so the same again is no repetition."""
        with self._lock:
            if telegram_id in self._paces:
                self._paces[telegram_id].key = ""


def _judge(pace: _Pace, key: str, now: float) -> Verdict:
    passed = now - pace.seen_at
    repeated = bool(key) and key == pace.key and passed < SAME_KEY_SECONDS
    pace.tokens = min(pace.tokens + passed * REFILL_A_SECOND, BURST)
    pace.seen_at, pace.key = now, key
    if pace.tokens < 1:
        already, pace.told = pace.told, True
        return Verdict.DROP if already else Verdict.TELL
    pace.tokens -= 1
    pace.told = False
    return Verdict.REPEATED if repeated else Verdict.PASS
