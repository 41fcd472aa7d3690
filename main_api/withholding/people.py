"""The users whom a look at the limits concerns, read in bulk."""

from collections.abc import Iterable
from datetime import datetime
from itertools import islice

from common.storage.protocol import Database
from main_api.mongo_api.collections import USERS
from main_api.users.record import UserRecord, record_of
from models.codes import Withheld

A_PAGE = 1000
ALIVE = {"deleting": False}


class People:
    def __init__(self, db: Database) -> None:
        self._db = db

    def withheld(self) -> list[UserRecord]:
        found = self._db[USERS].find({"withheld": {"$in": [str(it) for it in Withheld]}} | ALIVE)
        return [record_of(document) for document in found]

    def these(self, user_ids: Iterable[int]) -> list[UserRecord]:
        rest, found = iter(sorted(user_ids)), list[UserRecord]()
        while some := list(islice(rest, A_PAGE)):
            there = self._db[USERS].find({"_id": {"$in": some}} | ALIVE)
            found += [record_of(document) for document in there]
        return found

    def changed_since(self, moment: datetime) -> list[UserRecord]:
        found = self._db[USERS].find({"changed_at": {"$gte": moment}} | ALIVE)
        return [record_of(document) for document in found]

    def note_begin(self, user: UserRecord, count: int) -> None:
        """What had been counted on the day of his last payment; of no effect once it is noted, or
        when he has paid again.
        """
        self._db[USERS].update_one(
            {
                "_id": user.user_id,
                "paid_at": user.paid_at,
                "period_began_at": {"$ne": user.paid_at},
            },
            {"$set": {"period_began_at": user.paid_at, "period_began_with": count}},
        )

    def told(self, users: Iterable[UserRecord]) -> None:
        ids = [user.user_id for user in users]
        where = {"_id": {"$in": ids}, "withheld_untold": True}
        self._db[USERS].update_many(where, {"$set": {"withheld_untold": False}})
