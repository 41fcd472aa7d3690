"""A broadcast's recipients, one row each: who was served, and what became of it.

waiting -> sending (claimed by one run of this service) -> sent, blocked, unknown, failed; back to
waiting only when it is certain that nothing was sent. A claim that outlived its run or its lease is
unknown, and never sent again. Taking back: sent -> removing -> removed or undeletable; a lost claim
goes back to sent, since deleting twice does no harm.
"""

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from common.storage import protocol as storage
from common.storage.protocol import ASCENDING, Database, Document, DuplicateKeyError
from models.admin import Recipient
from notify_service.broadcast.store import Counts

COLLECTION = "broadcast_recipients"
LEASE = timedelta(minutes=3)  # far over what a call to Telegram may take
Ended = Literal["sent", "blocked", "unknown", "failed"]
MINE = ["sending", "unknown"]  # the claimant knows better than whoever gave its claim up
STATES = (
    "waiting", "sending", "sent", "blocked", "unknown", "failed",
    "removing", "removed", "undeletable",
)  # fmt: skip
COUNT_SHARE = 50  # counting reads every row, so it takes a fiftieth of the time at most


@dataclass(frozen=True, slots=True)
class Claimed:
    """`message_id` is there once it was sent."""

    key: str
    telegram_id: int
    language: str
    message_id: int | None
    attempts: int


class RecipientStore:
    """`run` names this run of the service, so that claims of an earlier one are seen as such."""

    def __init__(
        self, database: Database, run: str, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._database, self._run, self._monotonic = database, run, monotonic
        self._counted: dict[str, tuple[float, Counts]] = {}

    @property
    def _rows(self) -> storage.Collection:
        return self._database.collection(COLLECTION)

    def prepare(self) -> None:
        for keys in (("broadcast_id", "state", "attempts"), ("tell_blocked",), ("telegram_id",)):
            self._rows.create_index([(key, ASCENDING) for key in keys])

    def add(self, broadcast_id: str, people: Sequence[Recipient], now: datetime) -> None:
        """Those who are there already stay as they are."""
        rows = [_row(broadcast_id, person, now) for person in people]
        while rows:
            try:
                self._rows.insert_many(rows)
            except DuplicateKeyError:
                there = {"_id": {"$in": [row["_id"] for row in rows]}}
                known = {found["_id"] for found in self._rows.find(there, ["state"])}
                rows = [row for row in rows if row["_id"] not in known]
            else:
                return

    def frozen(self, broadcast_id: str) -> int:
        return self._rows.count_documents({"broadcast_id": broadcast_id})

    def any_in(self, broadcast_id: str, *states: str, beside: Collection[int] = ()) -> bool:
        """`beside`: people who do not count."""
        wanted = {"broadcast_id": broadcast_id, "state": {"$in": list(states)}} | _beside(beside)
        return self._rows.find_one(wanted, ["state"]) is not None

    def claim(
        self,
        broadcast_id: str,
        now: datetime,
        *,
        leaving: str,
        to: str,
        beside: Collection[int] = (),
    ) -> Claimed | None:
        """One recipient, now ours alone; None when nobody is left in that state but those
        `beside`. Who had to be put back comes after the others, so that nobody can hold them up.
        """
        found = self._rows.find_one_and_update(
            {"broadcast_id": broadcast_id, "state": leaving} | _beside(beside),
            {
                "$set": {"state": to, "run": self._run, "lease_until": now + LEASE},
                "$inc": {"attempts": 1},
            },
            sort=[("attempts", ASCENDING)],
        )
        return _claimed(found) if found else None

    def finish(
        self,
        claimed: Claimed,
        state: Ended,
        now: datetime,
        *,
        why: str = "",
        message_id: int | None = None,
        tell_blocked: bool = False,
    ) -> None:
        """`tell_blocked`: main_api is still to learn that he cannot be reached."""
        self._change(
            claimed, MINE, state=state, why=why, message_id=message_id, at=now,
            tell_blocked=tell_blocked,
        )  # fmt: skip

    def put_back(self, claimed: Claimed) -> None:
        """Only when nothing was sent."""
        self._change(claimed, MINE, state="waiting")

    def removed(self, claimed: Claimed, state: Literal["removed", "undeletable", "sent"]) -> None:
        self._change(claimed, ["removing"], state=state)

    def give_up_lost_claims(self, broadcast_id: str, now: datetime) -> int:
        """How many became unknown: claims of runs that have ended, and those over their lease."""
        lost: dict[str, Any] = {
            "broadcast_id": broadcast_id,
            "$or": [{"run": {"$ne": self._run}}, {"lease_until": {"$lte": now}}],
        }
        self._rows.update_many({**lost, "state": "removing"}, {"$set": {"state": "sent"}})
        given_up = self._rows.update_many(
            {**lost, "state": "sending"},
            {"$set": {"state": "unknown", "why": "claim lost", "at": now}},
        )
        return given_up.modified_count

    def counts(self, broadcast_id: str, *, fresh: bool = False) -> Counts:
        """Some seconds old at most for a large broadcast, unless it has to be `fresh`."""
        due, counts = self._counted.get(broadcast_id, (0.0, Counts()))
        began = self._monotonic()
        if fresh or began >= due:
            counts = self._count(broadcast_id)
            took = self._monotonic() - began
            self._counted[broadcast_id] = (began + took * COUNT_SHARE, counts)
        return counts

    def blocked_to_tell(self) -> Iterator[tuple[str, int]]:
        """(key, telegram_id) of those that main_api is still to learn of."""
        for found in self._rows.find({"tell_blocked": True}, ["telegram_id"]):
            yield found["_id"], found["telegram_id"]

    def told_blocked(self, key: str) -> None:
        self._rows.update_one({"_id": key, "tell_blocked": True}, {"$set": {"tell_blocked": False}})

    def forget(self, telegram_id: int, before: datetime) -> int:
        """Remove what is kept about this person since before then; what is younger belongs to who
        came back. Counts of finished broadcasts stay as told.
        """
        theirs = {"telegram_id": telegram_id, "frozen_at": {"$lt": before}}
        return self._rows.delete_many(theirs).deleted_count

    def drop(self, broadcast_id: str, most: int) -> bool:
        """So many rows of an ended broadcast go; False when none is left."""
        ended = {"broadcast_id": broadcast_id}
        keys = [found["_id"] for found in self._rows.find(ended, ["broadcast_id"], limit=most)]
        if keys:
            self._rows.delete_many({"_id": {"$in": keys}})
        return bool(keys)

    def _count(self, broadcast_id: str) -> Counts:
        n = {
            state: self._rows.count_documents({"broadcast_id": broadcast_id, "state": state})
            for state in STATES
        }
        return Counts(
            waiting=n["waiting"] + n["sending"],
            sent=n["sent"] + n["removing"] + n["removed"] + n["undeletable"],
            blocked=n["blocked"],
            unknown=n["unknown"],
            failed=n["failed"],
            deleted=n["removed"],
            undeletable=n["undeletable"],
        )

    def _change(self, claimed: Claimed, leaving: list[str], **changes: Any) -> None:
        self._rows.update_one(
            {"_id": claimed.key, "run": self._run, "state": {"$in": leaving}}, {"$set": changes}
        )


def _beside(people: Collection[int]) -> dict[str, Any]:
    return {"telegram_id": {"$nin": list(people)}} if people else {}


def _row(broadcast_id: str, person: Recipient, now: datetime) -> Document:
    return {
        "_id": f"{broadcast_id}:{person.telegram_id}",
        "broadcast_id": broadcast_id,
        "telegram_id": person.telegram_id,
        "language": person.language,
        "frozen_at": now,
        "state": "waiting",
        "run": None,
        "lease_until": None,
        "attempts": 0,
        "message_id": None,
        "why": "",
        "at": None,
        "tell_blocked": False,
    }


def _claimed(found: Document) -> Claimed:
    return Claimed(
        key=found["_id"],
        telegram_id=found["telegram_id"],
        language=found["language"],
        message_id=found["message_id"],
        attempts=found["attempts"],
    )
