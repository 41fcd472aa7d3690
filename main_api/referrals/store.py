"""Codes of personal links in `main.referral_codes`, the invited in `main.referrals`."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from common.storage.protocol import ASCENDING, DESCENDING, Database, Document, DuplicateKeyError
from main_api.mongo_api.collections import REFERRAL_CODES, REFERRALS


class State(StrEnum):
    """INVITED until the first payment; OWED: the days are to be added; GIVEN: the inviter is to be
    told; EARNED. After a refund TO_TAKE_BACK, TAKEN (to be told), TAKEN_BACK. CLOSED: nobody
    could be given the days.
    """

    INVITED = "invited"
    OWED = "owed"
    GIVEN = "given"
    EARNED = "earned"
    TO_TAKE_BACK = "to_take_back"
    TAKEN = "taken"
    TAKEN_BACK = "taken_back"
    CLOSED = "closed"


REFUNDABLE: Final = (State.OWED, State.GIVEN, State.EARNED)


@dataclass(frozen=True, slots=True)
class Invited:
    """One invited person. `days` are those of the reward, as set when the first payment came;
    `paid_by` is the id of that payment's fact, `until` the end of access with the days in it, as
    they were given, `changed_at` the latest turn of the state that the inviter sees.
    """

    invited_id: int
    inviter_id: int
    state: State
    days: int
    paid_by: str
    invited_at: datetime
    paid_at: datetime | None
    changed_at: datetime
    until: datetime | None = None


class ReferralStore:
    def __init__(self, db: Database) -> None:
        self._db = db

    def code_of(self, user_id: int) -> str | None:
        document = self._db[REFERRAL_CODES].find_one({"user_id": user_id})
        return str(document["_id"]) if document else None

    def give_code(self, user_id: int, code: str) -> bool:
        """False when the user has one already, or another has this one."""
        try:
            self._db[REFERRAL_CODES].insert_one({"_id": code, "user_id": user_id})
        except DuplicateKeyError:
            return False
        return True

    def owner_of(self, code: str) -> int | None:
        document = self._db[REFERRAL_CODES].find_one({"_id": code})
        return int(document["user_id"]) if document else None

    def drop_codes(self, user_id: int) -> None:
        self._db[REFERRAL_CODES].delete_many({"user_id": user_id})

    def insert(self, invited: Invited) -> None:
        """Once for each invited person: what is stored already stays."""
        values = {field.name: getattr(invited, field.name) for field in fields(invited)}
        values["state"] = str(invited.state)
        try:
            self._db[REFERRALS].insert_one({"_id": values.pop("invited_id"), **values})
        except DuplicateKeyError:
            return

    def find(self, invited_id: int) -> Invited | None:
        document = self._db[REFERRALS].find_one({"_id": invited_id})
        return _invited(document) if document else None

    def move(
        self,
        invited_id: int,
        leaves: Iterable[State],
        state: State,
        changes: Document | None = None,
        **also: Any,
    ) -> bool:
        """Whether it was in one of the states to leave; `also` are conditions, too."""
        where = {"_id": invited_id, "state": {"$in": [str(it) for it in leaves]}, **also}
        update = {"$set": {**(changes or {}), "state": str(state)}}
        return self._db[REFERRALS].update_one(where, update).matched_count == 1

    def of_inviter(self, inviter_id: int) -> list[tuple[State, int]]:
        """State and days of each."""
        found = self._db[REFERRALS].find({"inviter_id": inviter_id}, ["state", "days"])
        return [(State(document["state"]), document["days"]) for document in found]

    def latest(self, inviter_id: int, limit: int) -> list[Invited]:
        """Whose state changed last comes first."""
        order = [("changed_at", DESCENDING), ("_id", DESCENDING)]
        found = self._db[REFERRALS].find({"inviter_id": inviter_id}, sort=order, limit=limit)
        return [_invited(document) for document in found]

    def any_in(self, states: Iterable[State]) -> bool:
        where = {"state": {"$in": [str(state) for state in states]}}
        return self._db[REFERRALS].find_one(where, ["_id"]) is not None

    def waiting(self, state: State, limit: int) -> list[Invited]:
        order = [("_id", ASCENDING)]
        found = self._db[REFERRALS].find({"state": str(state)}, sort=order, limit=limit)
        return [_invited(document) for document in found]


def _invited(document: Document) -> Invited:
    values: dict[str, Any] = {it.name: document.get(it.name) for it in fields(Invited)}
    values |= {"invited_id": document["_id"], "state": State(document["state"])}
    return Invited(**values)
