"""Every user's bytes by day, kept in memory, so that all can be judged each minute for little."""

from array import array
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from common.storage.protocol import ASCENDING, DESCENDING, Database
from main_api.mongo_api.collections import TRAFFIC, USERS
from main_api.traffic.cursors import Cursors
from main_api.traffic.store import chunk_of, midnight, user_id_of

DAYS = 32  # a period of 30, its first and last day being shared with others
ROUNDS = 60
HEARD = timedelta(seconds=150)
"""A server that was not mirrored for longer tells nothing of devices: it is asked each minute."""
LATE = timedelta(hours=2)
"""For so long a day that is over is still taken for one that changes."""


class Counts:
    """Past days hardly change: they are read chunk by chunk, all within ROUNDS looks; the present
    one is read at each. Only what was counted and has arrived is known here, so whoever is judged
    by it is judged on evidence.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._past: dict[int, _Past] = {}
        self._recent: dict[int, dict[int, int]] = {}
        self._round = 0
        self.devices: dict[int, int] = {}

    def look(self, now: datetime) -> None:
        self._read_past((now.astimezone(UTC) - LATE).toordinal())
        self._read_recent(now)

    def since(self, user_id: int, day: date) -> int:
        past = self._past.get(chunk_of(user_id))
        first = day.toordinal()
        recent = self._recent.get(user_id, {})
        if past is None:
            return sum(count for at, count in recent.items() if at >= first)
        new = sum(count for at, count in recent.items() if at >= max(first, past.cut))
        return past.since(user_id, first) + new

    def heavy(self, least: int) -> set[int]:
        """Whose bytes of all days that are kept here come to so many."""
        known = set(self._recent).union(*(past.users for past in self._past.values()))
        return {it for it in known if self.since(it, date.min) >= least}

    def crowds(self, more_than: int) -> set[int]:
        """Who has more devices connected to one server."""
        return {it for it, devices in self.devices.items() if devices > more_than}

    def _read_past(self, cut: int) -> None:
        newest = self._db[USERS].find_one({}, ["_id"], sort=[("_id", DESCENDING)])
        for chunk in range(chunk_of(newest["_id"]) + 1 if newest else 0):
            if chunk not in self._past or chunk % ROUNDS == self._round:
                self._past[chunk] = self._past_of(chunk, cut)
        self._round = (self._round + 1) % ROUNDS

    def _past_of(self, chunk: int, cut: int) -> "_Past":
        past = _Past(cut)
        days = {"$gte": _moment(cut - DAYS), "$lt": _moment(cut)}
        for document in self._db[TRAFFIC].find({"chunk": chunk, "day": days}):
            past.add(document["day"].toordinal(), document.get("users", {}))
        return past

    def _read_recent(self, now: datetime) -> None:
        """Oldest first: who has been connected since before midnight may have no row of today."""
        first = min((past.cut for past in self._past.values()), default=now.toordinal())
        ledgers = Cursors(self._db).ledgers_since(now - HEARD)
        recent, seen = dict[int, dict[int, int]](), dict[tuple[int, str], int]()
        found = self._db[TRAFFIC].find({"day": {"$gte": _moment(first)}}, sort=[("day", ASCENDING)])
        for document in found:
            day, address = document["day"].toordinal(), document["address"]
            present = document["_id"].startswith(f"{address}|{ledgers.get(address, '')}|")
            for key, there in document.get("users", {}).items():
                user_id = user_id_of(key)
                days = recent.setdefault(user_id, {})
                days[day] = days.get(day, 0) + there["up"] + there["down"]
                if present:
                    seen[user_id, address] = there.get("devices") or 0
        self._recent, self.devices = recent, _most(seen.items())


class _Past:
    """Bytes of the DAYS days before the one whose ordinal is `cut`."""

    def __init__(self, cut: int) -> None:
        self.cut = cut
        self.users: dict[int, array[int]] = {}

    def add(self, day: int, users: dict[str, Any]) -> None:
        for key, there in users.items():
            days = self.users.setdefault(user_id_of(key), array("q", bytes(8 * DAYS)))
            days[day - self.cut + DAYS] += there["up"] + there["down"]

    def since(self, user_id: int, day: int) -> int:
        days = self.users.get(user_id)
        return sum(days[max(day - self.cut + DAYS, 0) :]) if days else 0


def _moment(ordinal: int) -> datetime:
    return midnight(date.fromordinal(ordinal))


def _most(seen: Iterable[tuple[tuple[int, str], int]]) -> dict[int, int]:
    """Of a user on one server: one device may be connected to several, and the addresses by which
    that could be told stay on the servers.
    """
    most: dict[int, int] = {}
    for (user_id, _), devices in seen:
        most[user_id] = max(most.get(user_id, 0), devices)
    return most
