"""`main.traffic`: a document a server, day and hundred users; its numbers only grow."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from itertools import groupby
from typing import Any

from common.storage.protocol import Database, DuplicateKeyError
from main_api.mongo_api.collections import TRAFFIC, TRAFFIC_SUMS, USERS
from models.traffic import TrafficDay

IN_CHUNK = 100


@dataclass(frozen=True)
class DayHere:
    """What one server counted of a user on one day; `seen_now` and `most` are devices."""

    address: str
    day: date
    up: int
    down: int
    devices: int | None
    most_devices: int | None


class TrafficStore:
    """`_id`: `address|ledger|day|chunk`, so that a server which lost its file counts from zero in
    documents of its own. `users`: `{u101: {up, down, devices, most}}`.
    """

    def __init__(self, db: Database) -> None:
        self._db = db

    def merge(self, address: str, ledger: str, rows: Iterable[TrafficDay]) -> None:
        """May be repeated, and come late. Of somebody who is gone nothing stays, whichever of this
        and his removal comes first: he is looked for again after it is written.
        """
        ordered = sorted(rows, key=_place)
        alive = self._alive(ordered)
        for (day, chunk), group in groupby(ordered, _place):
            self._put(address, ledger, day, chunk, list(group), alive)
        for user_id in alive - self._alive(ordered):
            forget_traffic(self._db, user_id)

    def _alive(self, rows: list[TrafficDay]) -> set[int]:
        ids = sorted({user_id_of(row.key) for row in rows})
        if not ids:
            return set()
        found = self._db[USERS].find({"_id": {"$in": ids}, "deleting": False}, ["_id"])
        return {document["_id"] for document in found}

    def _put(
        self,
        address: str,
        ledger: str,
        day: date,
        chunk: int,
        rows: list[TrafficDay],
        alive: Collection[int],
    ) -> None:
        here = [row for row in rows if user_id_of(row.key) in alive]
        if not here:
            return
        about = {"address": address, "day": midnight(day), "chunk": chunk}
        change = {"$setOnInsert": about, "$max": _growing(here), "$set": _momentary(here)}
        where = {"_id": f"{address}|{ledger}|{day.isoformat()}|{chunk}"}
        try:
            self._db[TRAFFIC].update_one(where, change, upsert=True)
        except DuplicateKeyError:  # another process made it at this moment
            self._db[TRAFFIC].update_one(where, change, upsert=True)

    def of_user(self, user_id: int, since: date) -> list[DayHere]:
        """Oldest first; a server that lost its file has two of a day."""
        key = f"u{user_id}"
        where = {"chunk": chunk_of(user_id), "day": {"$gte": midnight(since)}}
        fields = ["address", "day", f"users.{key}"]
        found = [
            _day_here(document, there)
            for document in self._db[TRAFFIC].find(where, fields)
            if (there := document.get("users", {}).get(key))
        ]
        return sorted(found, key=lambda it: (it.day, it.address))

    def of_chunk(self, chunk: int, since: date) -> dict[int, list[DayHere]]:
        """By user id."""
        found: dict[int, list[DayHere]] = {}
        where = {"chunk": chunk, "day": {"$gte": midnight(since)}}
        for document in self._db[TRAFFIC].find(where):
            for key, there in document.get("users", {}).items():
                found.setdefault(user_id_of(key), []).append(_day_here(document, there))
        return found

    def prune(self, before: date) -> int:
        return self._db[TRAFFIC].delete_many({"day": {"$lt": midnight(before)}}).deleted_count


def forget_traffic(db: Database, user_id: int) -> None:
    mine = f"users.u{user_id}"
    where = {"chunk": chunk_of(user_id), mine: {"$exists": True}}
    db[TRAFFIC].update_many(where, {"$unset": {mine: ""}})
    db[TRAFFIC_SUMS].update_one({"_id": chunk_of(user_id)}, {"$unset": {mine: ""}})


def chunk_of(user_id: int) -> int:
    return user_id // IN_CHUNK


def user_id_of(key: str) -> int:
    return int(key.removeprefix("u"))


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _place(row: TrafficDay) -> tuple[date, int]:
    return row.day, chunk_of(user_id_of(row.key))


def _growing(rows: list[TrafficDay]) -> dict[str, int]:
    found = {f"users.{row.key}.up": row.up for row in rows}
    found |= {f"users.{row.key}.down": row.down for row in rows}
    return found | {
        f"users.{row.key}.most": row.most_devices for row in rows if row.most_devices is not None
    }


def _momentary(rows: list[TrafficDay]) -> dict[str, int | None]:
    return {f"users.{row.key}.devices": row.devices for row in rows}


def _day_here(document: Mapping[str, Any], there: Mapping[str, Any]) -> DayHere:
    return DayHere(
        address=document["address"],
        day=document["day"].date(),
        up=there["up"],
        down=there["down"],
        devices=there.get("devices"),
        most_devices=there.get("most"),
    )
