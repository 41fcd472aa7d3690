"""What the watch knows of each server, in `main.watching`: the jobs write it, all others read."""

from dataclasses import asdict, fields
from math import inf
from time import monotonic
from typing import Any, NamedTuple

from common.storage.protocol import Database, Document
from main_api.mongo_api.collections import WATCHING
from main_api.watching.health import Health, Reason
from main_api.watching.lacking import Since

FRESH_SECONDS = 1.0
FIELDS = [it.name for it in fields(Health)]


class Watched(NamedTuple):
    """`missing`: users with access who are missing there for too long; `noted`: some of those who
    are missing, and since when.
    """

    health: Health
    missing: int
    noted: Since


class WatchStore:
    """A document: `_id` address, `health`, `missing`, `noted`."""

    def __init__(self, db: Database, fresh_seconds: float = FRESH_SECONDS) -> None:
        self._db = db
        self._fresh_seconds = fresh_seconds
        self._told: tuple[float, dict[str, Health]] = -inf, {}

    def all(self) -> dict[str, Watched]:
        return {it["_id"]: _watched(it) for it in self._db[WATCHING].find({})}

    def put(self, address: str, watched: Watched) -> None:
        noted = {str(user_id): since for user_id, since in watched.noted.items()}
        fields = {"health": _document(watched.health), "missing": watched.missing, "noted": noted}
        self._db[WATCHING].update_one({"_id": address}, {"$set": fields}, upsert=True)

    def forget(self, address: str) -> None:
        self._db[WATCHING].delete_one({"_id": address})

    def health(self) -> dict[str, Health]:
        """Every subscription asks for it, so it may be a second old."""
        read, told = self._told
        if monotonic() - read > self._fresh_seconds:
            read = monotonic()
            found = self._db[WATCHING].find({}, ["health"])
            told = {it["_id"]: _health(it["health"]) for it in found}
            self._told = read, told
        return told


def _watched(document: Document) -> Watched:
    noted: Since = {int(user_id): since for user_id, since in document["noted"].items()}
    return Watched(_health(document["health"]), document["missing"], noted)


def _health(document: dict[str, Any]) -> Health:
    """What a later version has written beside it, before a way back, is left out."""
    reason = document.get("reason")
    known = {name: document[name] for name in FIELDS if name in document}
    return Health(**(known | {"reason": Reason(reason) if reason else None}))


def _document(health: Health) -> dict[str, Any]:
    return asdict(health) | {"reason": str(health.reason) if health.reason else None}
