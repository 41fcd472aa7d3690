"""Which servers have not yet taken which user's newest revision."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from common.storage.protocol import ASCENDING, DESCENDING, Database
from main_api.mongo_api.collections import USERS
from main_api.users.record import UserRecord, record_of

IN_A_STEP = 500


class PendingStore:
    def __init__(self, db: Database) -> None:
        self._db = db

    def taken(self, user_id: int, revision: int, address: str) -> None:
        """That server has that revision; of no effect when there is a newer one."""
        self._db[USERS].update_one(
            {"_id": user_id, "revision": revision}, {"$pull": {"pending": address}}
        )

    def taken_by(self, address: str, users: Iterable[UserRecord]) -> None:
        """As `taken` for each of them, in a write for each revision."""
        for revision, several in by_revision((it.user_id, it.revision) for it in users).items():
            self._db[USERS].update_many(
                {"_id": {"$in": several}, "revision": revision}, {"$pull": {"pending": address}}
            )

    def again(self, address: str, seen: Iterable[tuple[int, int]]) -> None:
        """Make these pending there once more, pairs of user id and the revision that was seen; of
        no effect on whom a change has made pending since.

        The revision grows: within one, servers only cease to be pending (fan_out.py).
        """
        for revision, several in by_revision(seen).items():
            self._db[USERS].update_many(
                {"_id": {"$in": several}, "revision": revision},
                {"$addToSet": {"pending": address}, "$inc": {"revision": 1}},
            )

    def all_taken(self, user_id: int, revision: int) -> UserRecord | None:
        """Every server has that revision; None, and of no effect, when there is a newer one."""
        document = self._db[USERS].find_one_and_update(
            {"_id": user_id, "revision": revision}, {"$set": {"pending": []}}
        )
        return record_of(document) if document else None

    def outrun(self, user_id: int, revision: int, *, beyond: int) -> None:
        """A server holds a newer revision than we do (a restored backup): go beyond it."""
        self._db[USERS].update_one(
            {"_id": user_id, "revision": revision}, {"$set": {"revision": beyond + 1}}
        )

    def current(self, user_id: int) -> UserRecord | None:
        document = self._db[USERS].find_one({"_id": user_id})
        return record_of(document) if document else None

    def any(self, address: str) -> bool:
        return next(self._db[USERS].find({"pending": address}, ["_id"], limit=1), None) is not None

    def page(self, address: str, *, after: int, size: int) -> list[UserRecord]:
        """In the order of the index (pending, _id). It is not asked for, since sorting would read
        all who are pending for each page; whom another order leaves out is still pending later.
        """
        # not $gt: the embedded storage walks from that entry on, finds one too few among as many
        # entries as are wanted, and then reads four times as many for the last one
        found = self._db[USERS].find({"pending": address, "_id": {"$gte": after + 1}}, limit=size)
        return [record_of(document) for document in found]

    def counts(self, addresses: list[str]) -> dict[str, int]:
        users = self._db[USERS]
        return {address: users.count_documents({"pending": address}) for address in addresses}

    def everybody(self, *, active_since: datetime | None) -> Iterator[UserRecord]:
        """Who has access after that moment (None: who ever had), in the order of their ids."""
        found = self._db[USERS].find(_had_access(active_since), sort=[("_id", ASCENDING)])
        return (record_of(document) for document in found)

    def count(self, *, active_since: datetime) -> int:
        return self._db[USERS].count_documents(_had_access(active_since))

    def enlist(self, address: str, *, active_since: datetime | None, after: int = 0) -> int:
        """Make all of `everybody` beyond the user id `after` pending there.

        The revision grows, so a change decided before this is decided again (access/changes.py).
        Between the steps others may write, and the server is told of the first meanwhile.
        """
        users, had = self._db[USERS], _had_access(active_since)
        last = next(users.find({}, ["_id"], sort=[("_id", DESCENDING)], limit=1), {"_id": 0})
        steps = range(after + 1, last["_id"] + 1, IN_A_STEP)
        return sum(
            users.update_many(
                {"_id": {"$gte": first, "$lt": first + IN_A_STEP}, **had},
                {"$addToSet": {"pending": address}, "$inc": {"revision": 1}},
            ).matched_count
            for first in steps
        )

    def tell_again(self, address: str, user_ids: list[int]) -> int:
        """As `again`, whatever their revision is, but for those who are pending there anyway; how
        many it was done to.
        """
        done = self._db[USERS].update_many(
            {"_id": {"$in": user_ids}, "pending": {"$ne": address}},
            {"$addToSet": {"pending": address}, "$inc": {"revision": 1}},
        )
        return done.matched_count

    def forget(self, address: str) -> None:
        """Nobody waits for a server that is no longer ours."""
        self._db[USERS].update_many({"pending": address}, {"$pull": {"pending": address}})


def _had_access(since: datetime | None) -> dict[str, Any]:
    return {"expires_at": {"$ne": None} if since is None else {"$gt": since}}


def by_revision(pairs: Iterable[tuple[int, int]]) -> dict[int, list[int]]:
    """User ids by revision, of which there are few."""
    ids: dict[int, list[int]] = {}
    for user_id, revision in pairs:
        ids.setdefault(revision, []).append(user_id)
    return ids
