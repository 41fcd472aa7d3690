"""Who has left: a keyed digest of each Telegram id, so that leaving brings no second trial."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime

from common.storage.protocol import Database, Document, DuplicateKeyError
from main_api.mongo_api.collections import DEPARTED, SECRETS

SECRET = "departed"  # noqa: S105 -- its name
SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Departed:
    trial_taken: bool
    had_paid: bool
    banned: bool
    departed_at: datetime


class DepartedStore:
    """`_id` is HMAC-SHA256 of the Telegram id in decimal. Ids are few enough to be tried one by
    one, hence the key: a random one, made once, beside the digests in the database.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._known_key: bytes | None = None

    def note(self, tg_id: int, departed: Departed) -> None:
        """Of somebody who leaves again only the last time counts."""
        fields = {
            "trial_taken": departed.trial_taken,
            "had_paid": departed.had_paid,
            "banned": departed.banned,
            "departed_at": departed.departed_at,
        }
        self._db[DEPARTED].update_one(
            {"_id": _digest(self._key(), tg_id)}, {"$set": fields}, upsert=True
        )

    def find(self, tg_id: int) -> Departed | None:
        key = self._known_key or self._stored_key()
        if key is None:  # nobody has ever left
            return None
        document = self._db[DEPARTED].find_one({"_id": _digest(key, tg_id)})
        return _departed(document) if document else None

    def count(self, before: datetime, *, banned: bool) -> int:
        return self._db[DEPARTED].count_documents(_older(before, banned=banned))

    def forget(self, before: datetime, *, banned: bool) -> int:
        """How many who left before that moment are forgotten for good."""
        return self._db[DEPARTED].delete_many(_older(before, banned=banned)).deleted_count

    def _key(self) -> bytes:
        key = self._known_key or self._stored_key()
        return key or self._made_key()

    def _stored_key(self) -> bytes | None:
        document = self._db[SECRETS].find_one({"_id": SECRET})
        if document is not None:
            self._known_key = bytes(document["value"])
        return self._known_key

    def _made_key(self) -> bytes:
        value = secrets.token_bytes(SECRET_BYTES)
        try:
            self._db[SECRETS].insert_one({"_id": SECRET, "value": value})
        except DuplicateKeyError:  # another process was faster: that key counts
            return self._key()
        self._known_key = value
        return value


def _digest(key: bytes, tg_id: int) -> str:
    return hmac.new(key, str(tg_id).encode(), hashlib.sha256).hexdigest()


def _older(before: datetime, *, banned: bool) -> Document:
    return {"departed_at": {"$lt": before}, "banned": banned}


def _departed(document: Document) -> Departed:
    return Departed(
        trial_taken=document["trial_taken"],
        had_paid=document["had_paid"],
        banned=document["banned"],
        departed_at=document["departed_at"],
    )
