"""Up to where each server's ledger has been mirrored."""

from dataclasses import dataclass, replace
from datetime import datetime

from common.storage.protocol import Database
from main_api.mongo_api.collections import TRAFFIC_CURSORS


@dataclass(frozen=True)
class Cursor:
    """`begun_at`: when this ledger was first seen; `mirrored_at`: when nothing was left to take."""

    ledger: str = ""
    cursor: int = 0
    begun_at: datetime | None = None
    mirrored_at: datetime | None = None

    def at(self, cursor: int, mirrored_at: datetime | None) -> "Cursor":
        return replace(self, cursor=cursor, mirrored_at=mirrored_at or self.mirrored_at)


class Cursors:
    """A document a server, `_id` its address."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def get(self, address: str) -> Cursor:
        found = self._db[TRAFFIC_CURSORS].find_one({"_id": address})
        if found is None:
            return Cursor()
        return Cursor(found["ledger"], found["cursor"], found["begun_at"], found["mirrored_at"])

    def keep(self, address: str, at: Cursor) -> None:
        fields = {
            "ledger": at.ledger,
            "cursor": at.cursor,
            "begun_at": at.begun_at,
            "mirrored_at": at.mirrored_at,
        }
        self._db[TRAFFIC_CURSORS].update_one({"_id": address}, {"$set": fields}, upsert=True)

    def ledgers_since(self, moment: datetime) -> dict[str, str]:
        """Address -> ledger, of the same servers as below."""
        found = self._db[TRAFFIC_CURSORS].find({"mirrored_at": {"$gte": moment}}, ["ledger"])
        return {document["_id"]: document["ledger"] for document in found}

    def mirrored_since(self, moment: datetime) -> set[str]:
        """Addresses of the servers whose numbers are no older."""
        found = self._db[TRAFFIC_CURSORS].find({"mirrored_at": {"$gte": moment}}, ["_id"])
        return {document["_id"] for document in found}
