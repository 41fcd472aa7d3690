"""Lets planning wait while people come: its work falls behind them, and a call carries many."""

from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic
from typing import Final

from main_api.notices.moments import first_due
from main_api.users.record import UserRecord

SETTLED_SECONDS: Final = 1.5  # since the last one was seen: by now he has his access
LONGEST_SECONDS: Final = 10.0  # a rush may have no end
FORGET_SECONDS: Final = 60.0
SOON: Final = timedelta(minutes=1)
Monotonic = Callable[[], float]


class Rush:
    """Knows since when those of the last pages have been seen waiting. That is forgotten when the
    process ends, as it may be: they are seen anew.
    """

    def __init__(self, monotonic: Monotonic = monotonic) -> None:
        self._monotonic = monotonic
        self._since: dict[int, float] = {}

    def to_plan(
        self, users: list[UserRecord], now: datetime, settled_seconds: float
    ) -> list[UserRecord]:
        """All, once nobody has come for that long, or somebody has waited for longest; else those
        only of whom a notice is due soon.
        """
        waited = self._seconds_waited(users)
        if not waited or min(waited) >= settled_seconds or max(waited) >= LONGEST_SECONDS:
            return users
        return [user for user in users if _urgent(user, now)]

    def _seconds_waited(self, users: list[UserRecord]) -> list[float]:
        now = self._monotonic()
        # pages take turns, so those of the others are remembered for a while
        known = {who: since for who, since in self._since.items() if now - since < FORGET_SECONDS}
        seen = {it.user_id: known.get(it.user_id, now) for it in users}
        self._since = known | seen
        return [now - since for since in seen.values()]


def _urgent(user: UserRecord, now: datetime) -> bool:
    due_at = first_due(user)
    return due_at is not None and due_at <= now + SOON
