"""Each user's bytes of the present period, added up now and then for whoever asks a lot."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf
from time import monotonic

from common.clock import Clock
from common.errors import ServiceError
from common.storage.protocol import DESCENDING, Database, Document
from main_api.mongo_api.collections import TRAFFIC_SUMS, USERS
from main_api.traffic.limits import Limits, anchor_of, limits_of, period_began, tariff_limits
from main_api.traffic.store import (
    IN_CHUNK,
    DayHere,
    TrafficStore,
    chunk_of,
    forget_traffic,
    user_id_of,
)

log = logging.getLogger(__name__)
MONTH = timedelta(days=30)
ROUNDS = 60
FRESH_SECONDS = 300.0
FIELDS = (
    *("created_at", "trial_taken_at", "paid_at", "has_trial"),
    *("period_began_at", "period_began_with"),
)


@dataclass(frozen=True, slots=True)
class Sum:
    """`limit` 0: none."""

    up: int = 0
    down: int = 0
    limit: int = 0


class SumTraffic:
    """All users in ROUNDS ticks, so that no tick is long."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db, self._clock, self._store = db, clock, TrafficStore(db)
        self._round = 0

    def tick(self) -> None:
        for chunk in range(self._round, self._last_chunk() + 1, ROUNDS):
            self._add_up(chunk)
        self._round = (self._round + 1) % ROUNDS

    def _last_chunk(self) -> int:
        """That of the newest user, or of one who has gone whose sum still stands."""
        newest, summed = (
            self._db[name].find_one({}, ["_id"], sort=[("_id", DESCENDING)])
            for name in (USERS, TRAFFIC_SUMS)
        )
        of_user = chunk_of(newest["_id"]) if newest else -1
        return max(of_user, summed["_id"] if summed else -1)

    def _add_up(self, chunk: int) -> None:
        """Of somebody who is removed meanwhile nothing stays: he is looked for again afterwards."""
        now = self._clock()
        found = self._store.of_chunk(chunk, (now - MONTH).date())
        inside = {"$gte": chunk * IN_CHUNK, "$lt": (chunk + 1) * IN_CHUNK}
        alive = {"_id": inside, "deleting": False}
        limited = bool(tariff_limits(self._db))
        users: Document = {}
        for document in self._db[USERS].find(alive, FIELDS):
            days = found.get(document["_id"], [])
            limits = self._limits(document) if limited else Limits()
            if not days and limits.traffic is None:
                continue
            up, down = _used(document, days, now)
            told = {"up": up, "down": down, "limit": limits.traffic or 0}
            users[f"u{document['_id']}"] = told
        self._db[TRAFFIC_SUMS].update_one({"_id": chunk}, {"$set": {"users": users}}, upsert=True)
        still = {f"u{it['_id']}" for it in self._db[USERS].find(alive, ["_id"])}
        for key in users.keys() - still:
            forget_traffic(self._db, user_id_of(key))

    def _limits(self, user: Document) -> Limits:
        return limits_of(self._db, user["_id"], on_trial=user["has_trial"])


def _used(user: Document, days: list[DayHere], now: datetime) -> tuple[int, int]:
    """Up and down, less what the period began with: of the sum of both alone that is known."""
    began = period_began(_anchor(user), now)
    up = sum(it.up for it in days if it.day >= began.date())
    down = sum(it.down for it in days if it.day >= began.date())
    before = user.get("period_began_with", 0) if user.get("period_began_at") == began else 0
    return max(up - max(before - down, 0), 0), max(down - before, 0)


def _anchor(user: Document) -> datetime:
    return anchor_of(
        created_at=user["created_at"],
        trial_taken_at=user["trial_taken_at"],
        paid_at=user.get("paid_at"),
    )


class KnownSums:
    """All of them in memory, read again every FRESH_SECONDS: to look one up costs nothing."""

    def __init__(
        self,
        db: Database,
        fresh_seconds: float = FRESH_SECONDS,
        now: Callable[[], float] = monotonic,
    ) -> None:
        self._db, self._fresh_seconds, self._now = db, fresh_seconds, now
        self._reading = threading.Lock()
        self._read_at, self._sums = -inf, dict[int, Sum]()

    def of(self, user_id: int) -> Sum:
        if self._now() - self._read_at > self._fresh_seconds and self._reading.acquire(
            blocking=False
        ):
            try:
                self._read()
            finally:
                self._reading.release()
        return self._sums.get(user_id, Sum())

    def _read(self) -> None:
        """The old ones stand while the database is away."""
        self._read_at = self._now()
        try:
            documents = list(self._db[TRAFFIC_SUMS].find({}))
        except ServiceError as trouble:
            log.warning("sums of traffic cannot be read: %s", trouble.code)
            return
        self._sums = {
            user_id_of(key): Sum(**told)
            for document in documents
            for key, told in document["users"].items()
        }
