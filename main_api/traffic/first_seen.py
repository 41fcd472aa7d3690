"""First connections: who has used a server at least once, by the bytes that one has counted."""

from collections.abc import Iterable
from datetime import timedelta

from common.clock import Clock
from common.storage.protocol import Database
from main_api.mongo_api.collections import USERS
from main_api.traffic.store import user_id_of
from models.traffic import TrafficDay

JUST_ENDED = timedelta(hours=1)  # who connected in the last minutes of his access is seen, too


class FirstSeen:
    """A server is believed in one thing only: that a user of ours who has access was there."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db, self._clock = db, clock

    def note(self, rows: Iterable[TrafficDay]) -> None:
        ids = sorted({user_id_of(row.key) for row in rows if row.up or row.down})
        if not ids:
            return
        now = self._clock()
        where = {
            "_id": {"$in": ids},
            "connected_at": None,
            "expires_at": {"$gt": now - JUST_ENDED},
        }
        self._db[USERS].update_many(where, {"$set": {"connected_at": now}})
