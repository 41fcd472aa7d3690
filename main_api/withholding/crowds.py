"""Who has had too many devices connected for long enough to be certain of it."""

from collections.abc import Iterable
from datetime import datetime, timedelta

LONG = timedelta(minutes=6)
"""A core counts an address until its connection ends, and one that a phone has left behind for the
network of its carrier ends after 5 minutes without a byte (connIdle in core/config.py).
"""
GAP = timedelta(seconds=150)


class Crowds:
    """Looks are a minute apart. When they were not, nobody knows what was in between, so all begin
    anew; so they do in another process.
    """

    def __init__(self) -> None:
        self._since: dict[int, datetime] = {}
        self._looked_at: datetime | None = None

    def look(self, above: Iterable[int], now: datetime) -> set[int]:
        """`above`: who has more than he may at this look. Who was so at all looks for LONG."""
        before = self._since if self._unbroken(now) else {}
        self._since = {user_id: before.get(user_id, now) for user_id in above}
        self._looked_at = now
        return {user_id for user_id, since in self._since.items() if now - since >= LONG}

    def _unbroken(self, now: datetime) -> bool:
        return self._looked_at is not None and self._looked_at <= now <= self._looked_at + GAP
