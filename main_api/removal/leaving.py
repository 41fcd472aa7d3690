"""People who are gone and whom somebody still has to forget: kept in `main.users` until then."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from common.storage.protocol import Database, Document
from main_api.mongo_api.collections import USERS

FIELDS = ("revision", "pending", "leaving_tg_id", "left_at")


@dataclass(frozen=True, slots=True)
class Leaving:
    """`pending` are the servers that have not forgotten the user yet. `tg_id` is the person's
    Telegram id until notify_service has forgotten it, then None; `left_at` is when he left.
    """

    user_id: int
    revision: int
    pending: list[str]
    tg_id: int | None
    left_at: datetime | None


class LeavingStore:
    def __init__(self, db: Database) -> None:
        self._db = db

    def all(self) -> Iterator[Leaving]:
        """By the index of tg_id: whoever is gone has a negative one."""
        for document in self._db[USERS].find({"tg_id": {"$lt": 0}, "deleting": True}, FIELDS):
            yield _leaving(document)

    def get(self, user_id: int) -> Leaving | None:
        document = self._db[USERS].find_one({"_id": user_id, "deleting": True}, FIELDS)
        return _leaving(document) if document else None

    def notices_are_forgotten(self, user_id: int) -> None:
        self._db[USERS].update_one(
            {"_id": user_id, "deleting": True}, {"$set": {"leaving_tg_id": None}}
        )

    def erase(self, leaving: Leaving) -> bool:
        """Not when a server that joined meanwhile has raised the revision: it is to be told, too.

        Nor before notify_service has forgotten.
        """
        where: dict[str, Any] = {"_id": leaving.user_id, "revision": leaving.revision}
        where |= {"deleting": True, "leaving_tg_id": None}
        return self._db[USERS].delete_one(where).deleted_count == 1


def _leaving(document: Document) -> Leaving:
    """Who was deleted by an earlier version has no Telegram id to be forgotten."""
    return Leaving(
        user_id=document["_id"],
        revision=document["revision"],
        pending=document["pending"],
        tg_id=document.get("leaving_tg_id"),
        left_at=document.get("left_at"),
    )
