"""The one way in which a user's access changes: one conditional update, retried on a lost race."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from common.clock import Clock, system_clock
from common.errors import Unavailable
from common.storage.protocol import Database
from main_api.mongo_api.collections import USERS
from main_api.users.record import UserRecord, record_of
from main_api.users.store import UserStore

ATTEMPTS = 200
Addresses = Callable[[], list[str]]


@dataclass(frozen=True)
class Change:
    """Fields to set, and the key under which this change is made only once. With `tell` false no
    server is to hear of it.
    """

    key: str | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    tell: bool = True


Decide = Callable[[UserRecord], Change | None]


class AccessChanges:
    """`addresses` names the servers to tell; it raises Unavailable when nobody knows them."""

    def __init__(
        self, db: Database, users: UserStore, addresses: Addresses, clock: Clock = system_clock
    ) -> None:
        self._db = db
        self._users = users
        self._addresses = addresses
        self._clock = clock

    def make(self, user_id: int, decide: Decide) -> tuple[UserRecord, bool]:
        """The user afterwards, and whether this call changed it; `decide` may raise or say None.

        The update names the revision that `decide` saw, so of two racing changes one is decided
        anew. A server that has joined meanwhile may have been told of the state before
        (vpn_api/joining.py), so the servers are read once more afterwards.
        """
        for _ in range(ATTEMPTS):
            seen = self._users.get(user_id)
            change = decide(seen)
            if change is None:
                return seen, False
            changed = self._update(seen, change)
            if changed is not None:
                return (self._told_to_newcomers(changed) if change.tell else changed), True
        raise Unavailable("too many changes of one user at once")

    def _update(self, seen: UserRecord, change: Change) -> UserRecord | None:
        where: dict[str, Any] = {"_id": seen.user_id, "revision": seen.revision, "deleting": False}
        update: dict[str, Any] = {
            "$set": {
                **change.fields,
                "pending": self._addresses() if change.tell else [],
                "changed_at": self._clock(),  # by which the census finds the change
                "access_revision": seen.revision + 1,
            },
            "$inc": {"revision": 1},
        }
        if change.key is not None:
            where["applied"] = {"$ne": change.key}
            update["$push"] = {"applied": change.key}
        return self._updated(where, update)

    def _told_to_newcomers(self, user: UserRecord) -> UserRecord:
        for address in sorted(set(self._addresses()) - set(user.pending)):
            where = {"_id": user.user_id, "revision": user.revision}
            update = {"$addToSet": {"pending": address}, "$inc": {"revision": 1}}
            user = self._updated(where, update) or user  # a newer change has told them itself
        return user

    def _updated(self, where: dict[str, Any], update: dict[str, Any]) -> UserRecord | None:
        document = self._db[USERS].find_one_and_update(where, update)
        return record_of(document) if document else None
