"""Who has access and is not on a server, and since when: noted, so that a restart forgets it not.

Nobody keeps when a user became pending. So each look notes whom it finds, and whoever is found at
every look since is missing since the first of them.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Final

from common.storage.protocol import Database
from main_api.mongo_api.collections import USERS
from main_api.users.desired import are_let_in

SAMPLE: Final = 200
"""So many are followed one by one: with as many at every look something is wrong at any rate."""
NOTED: Final = 50
COUNT_SECONDS: Final = 60.0  # counting 10,000 takes a third of a second
ALARM_AFTER: Final = timedelta(minutes=2)
Since = dict[int, datetime]


@dataclass(frozen=True, slots=True)
class Lack:
    """`since`: user id -> when he was first found missing; `more` are missing beside those."""

    since: Since
    more: int = 0

    @property
    def first(self) -> datetime | None:
        return min(self.since.values(), default=None)

    def long(self, now: datetime) -> list[int]:
        """Who is missing for too long."""
        return sorted(it for it, since in self.since.items() if now - since > ALARM_AFTER)

    def count(self, now: datetime) -> int:
        """How many are missing for too long."""
        followed = len(self.long(now))
        return followed + self.more if followed else 0

    def oldest(self) -> Since:
        """What of it is worth a note."""
        first = sorted(self.since.items(), key=lambda it: (it[1], it[0]))[:NOTED]
        return dict(first)


class Lacking:
    def __init__(self, db: Database) -> None:
        self._db = db
        self._since: dict[str, Since] = {}
        self._counted: dict[str, tuple[float, int]] = {}

    def look(
        self, address: str, not_in_core: Iterable[int] | None, noted: Since, now: datetime
    ) -> Lack:
        """`not_in_core` is what the server says of its core; None when it says nothing, and then
        nobody has returned. `noted` was kept of the last look, for a process that has not seen it.
        """
        before = self._since.get(address, noted)
        waiting = self._waiting(address, now)
        told = set(before if not_in_core is None else not_in_core)
        found = set(waiting) | self._with_access(told - set(waiting), now)
        since = {user_id: before.get(user_id, now) for user_id in found}
        self._since[address] = since
        more = self._count(address, now) - len(waiting) if len(waiting) >= SAMPLE else 0
        return Lack(since, max(more, 0))

    def keep(self, addresses: Collection[str]) -> None:
        """Forgets all other servers."""
        self._since = {it: since for it, since in self._since.items() if it in addresses}
        self._counted = {it: told for it, told in self._counted.items() if it in addresses}

    def _waiting(self, address: str, now: datetime) -> list[int]:
        where = {"pending": address} | are_let_in(now)
        return [it["_id"] for it in self._db[USERS].find(where, ["_id"], limit=SAMPLE)]

    def _with_access(self, users: set[int], now: datetime) -> set[int]:
        if not users:
            return set()
        where = {"_id": {"$in": sorted(users)}} | are_let_in(now)
        return {it["_id"] for it in self._db[USERS].find(where, ["_id"])}

    def _count(self, address: str, now: datetime) -> int:
        at, count = self._counted.get(address, (0.0, 0))
        if not at or monotonic() - at > COUNT_SECONDS:
            count = self._db[USERS].count_documents({"pending": address} | are_let_in(now))
            self._counted[address] = monotonic(), count
        return count
