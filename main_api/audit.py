"""Who changed what by hand: kept in `main.audit`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from common.clock import Clock
from common.errors import Conflict
from common.storage.protocol import DESCENDING, Database, Document, DuplicateKeyError
from main_api.mongo_api.collections import AUDIT
from models.admin import AuditLine

Values = Mapping[str, Any]
NEWEST = [("at", DESCENDING), ("_id", DESCENDING)]
SHOWN = 200


@dataclass(frozen=True)
class KeyedAct:
    """An act that is done once: `key` is the press of the admin's, `asked` what he asked for.

    `user_id` is 0 when the act is not on one user.
    """

    action: str
    caller: str
    admin_id: int
    key: str
    user_id: int
    asked: Values

    @property
    def line_id(self) -> str:
        return f"act:{self.user_id}:{self.key}"


class Audit:
    """Written before the change, so that no change is without its line; `done` when it was made."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    def write(
        self,
        action: str,
        *,
        caller: str,
        user_id: int,
        tg_id: int,
        before: Values,
        after: Values,
    ) -> Any:
        """The line's id, for `done`."""
        line = self._db[AUDIT].insert_one(
            {
                "at": self._clock(),
                "action": action,
                "caller": caller,
                "user_id": user_id,
                "tg_id": tg_id,
                "before": dict(before),
                "after": dict(after),
                "done": False,
            }
        )
        return line.inserted_id

    def done(self, line: Any) -> None:
        self._db[AUDIT].update_one({"_id": line}, {"$set": {"done": True}})

    def was_done(self, act: KeyedAct) -> bool:
        """Raises Conflict key_in_use when another act has that key."""
        line = self._db[AUDIT].find_one({"_id": act.line_id})
        if line is None:
            return False
        if (line["action"], line["asked"]) != (act.action, dict(act.asked)):
            raise Conflict("another act has this key", code="key_in_use")
        return bool(line["done"])

    def begin(self, act: KeyedAct, before: Values, after: Values) -> None:
        """Write the line, or what is to be before and after into one that is not done yet."""
        now = self._clock()
        told = {"at": now, "before": dict(before), "after": dict(after)}
        try:
            self._db[AUDIT].insert_one(_begun(act) | told | {"done": False})
        except DuplicateKeyError:
            self._db[AUDIT].update_one({"_id": act.line_id, "done": False}, {"$set": told})

    def finish(self, act: KeyedAct, before: Values, after: Values) -> None:
        """It was made, and by this call: what two presses at once foresaw is set right."""
        told = {"done": True, "before": dict(before), "after": dict(after)}
        self._db[AUDIT].update_one({"_id": act.line_id}, {"$set": told})

    def note(self, act: KeyedAct) -> bool:
        """An act that somebody else did, with what was `asked` as its details; False the second
        time. Raises Conflict key_in_use.
        """
        if self.was_done(act):
            return False
        line = _begun(act) | {"at": self._clock(), "before": {}, "after": dict(act.asked)}
        try:
            self._db[AUDIT].insert_one(line | {"done": True, "noted": True})
        except DuplicateKeyError:  # two presses at once
            return False
        return True

    def one(self, act: KeyedAct) -> list[AuditLine]:
        return [_line(document) for document in self._db[AUDIT].find({"_id": act.line_id})]

    def of_user(self, user_id: int) -> list[AuditLine]:
        """Newest first, the last ones."""
        found = self._db[AUDIT].find({"user_id": user_id}, sort=NEWEST, limit=SHOWN)
        return [_line(document) for document in found]


def forget_in_audit(db: Database, user_id: int) -> None:
    """A person is gone: what was done stays, and to which number, and by whom; nothing else."""
    for field in ("tg_id", "before.username", "after.username"):
        holds_it = {"user_id": user_id, field: {"$ne": None}}  # an absent one is null, too
        db[AUDIT].update_many(holds_it, {"$set": {field: None}})
    # what the bot noted of a message may tell of the person, in whatever words
    db[AUDIT].update_many({"user_id": user_id, "noted": True}, {"$set": {"after": {}, "asked": {}}})


def _begun(act: KeyedAct) -> Document:
    return {
        "_id": act.line_id,
        "action": act.action,
        "caller": act.caller,
        "admin_id": act.admin_id,
        "user_id": act.user_id,
        "asked": dict(act.asked),
    }


def _line(document: Document) -> AuditLine:
    return AuditLine(
        at=document["at"],
        action=document["action"],
        caller=document["caller"],
        admin_id=document.get("admin_id"),
        before=document["before"],
        after=document["after"],
        done=document["done"],
    )
