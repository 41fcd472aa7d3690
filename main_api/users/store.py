"""Finds and keeps people; what concerns their access is changed in main_api/access only."""

from collections.abc import Mapping
from typing import Any

from common.errors import NotFound
from common.storage.protocol import ASCENDING, Database, Document, DuplicateKeyError
from main_api.mongo_api.collections import USERS
from main_api.users.record import UserRecord, record_of
from models.codes import Code

ALIVE = {"deleting": False}


class UserStore:
    """Somebody who is being deleted is found by nobody any more."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def get(self, user_id: int) -> UserRecord:
        """Raises NotFound no_such_user, as the other `get_...` do."""
        return self._one({"_id": user_id})

    def get_by_telegram(self, tg_id: int) -> UserRecord:
        return self._one({"tg_id": tg_id})

    def find_by_telegram(self, tg_id: int) -> UserRecord | None:
        document = self._db[USERS].find_one({"tg_id": tg_id, **ALIVE})
        return record_of(document) if document else None

    def get_by_username(self, username: str) -> UserRecord:
        """Case does not matter; a leading @ is accepted."""
        return self._one({"username_lower": plain_username(username).lower()})

    def get_by_token(self, token: str) -> UserRecord:
        return self._one({"sub_token": token})

    def _one(self, where: Document) -> UserRecord:
        document = self._db[USERS].find_one({**where, **ALIVE})
        if document is None:
            raise NotFound("no such user", code=Code.NO_SUCH_USER)
        return record_of(document)

    def insert(self, record: UserRecord) -> bool:
        """False when that person has been stored meanwhile."""
        try:
            self._db[USERS].insert_one(record.document())
        except DuplicateKeyError:
            return False
        return True

    def set(self, user_id: int, changes: Mapping[str, Any]) -> UserRecord:
        document = self._db[USERS].find_one_and_update(
            {"_id": user_id, **ALIVE}, {"$set": dict(changes)}
        )
        if document is None:
            raise NotFound("no such user", code=Code.NO_SUCH_USER)
        return record_of(document)

    def release_username(self, username_lower: str, *, owner: int) -> None:
        """Telegram gives a name to one person at a time: who had it before has it no more."""
        others = {"username_lower": username_lower, "_id": {"$ne": owner}}
        if self._db[USERS].find_one(others, ["_id"]) is None:
            return  # as a rule: to look is cheaper than to write
        self._db[USERS].update_many(
            others,
            {"$set": {"username": None, "username_lower": None}},
        )

    def ids(self) -> list[int]:
        found = self._db[USERS].find(ALIVE, ["_id"], sort=[("_id", ASCENDING)])
        return [document["_id"] for document in found]

    def telegram_ids(self) -> list[int]:
        found = self._db[USERS].find(ALIVE, ["tg_id"], sort=[("_id", ASCENDING)])
        return [document["tg_id"] for document in found]


def plain_username(username: str) -> str:
    return username.strip().removeprefix("@")
