"""Deletes a person: personal data at once, the rest once every server has forgotten the user."""

import logging
import secrets

from common.clock import Clock
from common.storage.protocol import Database
from main_api.access.changes import AccessChanges, Change
from main_api.access.service import Push
from main_api.mongo_api.collections import AUDIT, USERS
from main_api.users.record import UserRecord, record_of
from models.users import Removal

log = logging.getLogger(__name__)
PERSONAL = ("username", "username_lower", "first_name", "last_name", "referral_payload")


class RemovalService:
    """What stays meanwhile is a number and what the servers must be told, nothing of the person."""

    def __init__(self, db: Database, changes: AccessChanges, push: Push, clock: Clock) -> None:
        self._db = db
        self._changes = changes
        self._push = push
        self._clock = clock

    def remove(self, user_id: int) -> Removal:
        """Raises NotFound for whom nobody can find any more, also while servers are to be told."""
        user, _ = self._changes.make(user_id, self._farewell)
        self._forget_in_audit(user_id)
        return self._finished(self._push(user))

    def _farewell(self, user: UserRecord) -> Change:
        """The person's Telegram id becomes free at once: who returns is somebody new."""
        gone: dict[str, object] = dict.fromkeys(PERSONAL)
        gone |= {"tg_id": -user.user_id, "sub_token": "deleted:" + secrets.token_hex(16)}
        return Change(None, gone | {"deleting": True, "notice_pending": False})

    def _forget_in_audit(self, user_id: int) -> None:
        nobody = {"before.username": None, "after.username": None}
        self._db[AUDIT].update_many({"user_id": user_id}, {"$set": nobody})

    def tick(self) -> None:
        """Finish what waited for a server. By the index of tg_id: who is deleted has a negative."""
        waiting = self._db[USERS].find({"tg_id": {"$lt": 0}, "deleting": True})
        for document in list(waiting):
            self._finished(record_of(document))

    def _finished(self, user: UserRecord) -> Removal:
        if not user.pending:
            # the revision is named: a server that joined meanwhile has made it pending again
            where = {"_id": user.user_id, "revision": user.revision, "deleting": True}
            self._db[USERS].delete_one(where)
            log.info("u%d is deleted", user.user_id)
        return Removal(user_id=user.user_id, done=not user.pending, pending=user.pending)
