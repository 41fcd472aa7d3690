"""Notices as they are kept: each changes state by one update that names the state it leaves.

waiting -> sending (claimed by one run of this service, for a lease) -> sent, dropped, blocked,
unknown, failed; or back to waiting, when it is certain that nothing was sent. A claim that outlived
its run or its lease goes back to waiting if its call to Telegram had not begun. Else it becomes
unknown: whether it was sent nobody can tell, so nobody sends it again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from common.storage.protocol import ASCENDING, Collection, Database, Document, DuplicateKeyError
from models.codes import NoticeKind

State = Literal["waiting", "sending", "sent", "dropped", "blocked", "unknown", "failed"]
COLLECTION = "notices"
LEASE = timedelta(minutes=3)  # far over what a call to Telegram and one to main_api may take
MINE = ["sending", "unknown"]  # the claimant knows better than whoever gave its claim up
TOLD_AT_A_TIME = 50  # who has blocked the bot: each costs two calls, and there may be thousands
FINISHED = ["sent", "dropped", "blocked", "unknown", "failed"]
INDEXES = (
    ("state", "urgency", "next_at"),
    ("state", "next_at"),
    ("state", "done_at"),
    ("tell_blocked",),
    ("telegram_id",),
)


@dataclass(frozen=True, slots=True)
class NewNotice:
    """`language` is None when the sender left it to the user's own."""

    key: str
    kind: NoticeKind
    telegram_id: int
    language: str | None
    due_at: datetime
    params: dict[str, Any]
    urgency: int


@dataclass(frozen=True, slots=True)
class Claimed:
    key: str
    kind: NoticeKind
    telegram_id: int
    language: str | None
    params: dict[str, Any]
    attempts: int
    lease_until: datetime


class NoticeStore:
    """`run` names this run of the service, so that claims of an earlier one are seen as such."""

    def __init__(self, database: Database, run: str) -> None:
        self._database, self._run = database, run

    @property
    def _notices(self) -> Collection:
        return self._database.collection(COLLECTION)

    def prepare(self) -> None:
        for keys in INDEXES:
            self._notices.create_index([(key, ASCENDING) for key in keys])

    def add(self, notice: NewNotice, now: datetime) -> tuple[State, bool]:
        """Its state, and whether it is new; a known key changes nothing."""
        try:
            self._notices.insert_one(_document(notice, now))
        except DuplicateKeyError:
            return self.state_of(notice.key) or "waiting", False
        return "waiting", True

    def add_all(self, notices: Sequence[NewNotice], now: datetime) -> list[State]:
        """Each as by `add`, in one write as long as all are new."""
        try:
            self._notices.insert_many([_document(notice, now) for notice in notices])
        except DuplicateKeyError:
            return [self.add(notice, now)[0] for notice in notices]
        return ["waiting"] * len(notices)

    def state_of(self, key: str) -> State | None:
        """None when there is no such notice."""
        known = self._notices.find_one({"_id": key}, ["state"])
        return known["state"] if known else None

    def claim(self, now: datetime) -> Claimed | None:
        """The most urgent notice that is due, now ours alone; None when nothing is due."""
        found = self._notices.find_one_and_update(
            {"state": "waiting", "next_at": {"$lte": now}},
            {
                "$set": {
                    "state": "sending",
                    "run": self._run,
                    "lease_until": now + LEASE,
                    "calling": False,
                },
                "$inc": {"attempts": 1},
            },
            sort=[("urgency", ASCENDING), ("next_at", ASCENDING)],
        )
        return _claimed(found) if found else None

    def next_due(self) -> datetime | None:
        found = self._notices.find_one(
            {"state": "waiting"}, ["next_at"], sort=[("next_at", ASCENDING)]
        )
        return found["next_at"] if found else None

    def finish(
        self, key: str, state: State, now: datetime, *, why: str = "", message_id: int | None = None
    ) -> None:
        """`blocked` is still to be told to main_api."""
        self._change_mine(
            key,
            state=state,
            done_at=now,
            why=why,
            message_id=message_id,
            tell_blocked=state == "blocked",
        )

    def call_begins(self, claimed: Claimed) -> bool:
        """From now on Telegram may have it. False when the claim was given up meanwhile (it is
        known by its lease): then it is another's, and must not be sent.
        """
        ours = {"_id": claimed.key, "run": self._run, "state": "sending", "calling": False}
        begun = self._notices.update_one(
            ours | {"lease_until": claimed.lease_until}, {"$set": {"calling": True}}
        )
        return begun.matched_count == 1

    def put_back(self, key: str, next_at: datetime) -> None:
        """Only when nothing was sent."""
        self._change_mine(key, state="waiting", next_at=next_at)

    def wait_until(self, key: str, next_at: datetime) -> None:
        """As if it had been due then from the beginning."""
        self._change_mine(key, state="waiting", next_at=next_at, attempts=0)

    def give_up_lost_claims(self, now: datetime) -> int:
        """How many became unknown: claims of runs that have ended, and those over their lease."""
        lost = {
            "state": "sending",
            "$or": [{"run": {"$ne": self._run}}, {"lease_until": {"$lte": now}}],
        }
        self._notices.update_many({**lost, "calling": False}, {"$set": {"state": "waiting"}})
        given_up = self._notices.update_many(
            {**lost, "calling": {"$ne": False}},
            {"$set": {"state": "unknown", "done_at": now, "why": "claim lost"}},
        )
        return given_up.modified_count

    def purge(self, before: datetime) -> int:
        """How many are gone of those that were finished before then."""
        old = {"state": {"$in": FINISHED}, "done_at": {"$lt": before}, "tell_blocked": False}
        return self._notices.delete_many(old).deleted_count

    def forget(self, telegram_id: int, before: datetime) -> int:
        """Remove whatever was stored about this person before that moment, whatever its state.

        One that is just being sent may still arrive; its end is then written nowhere.
        """
        older = {"telegram_id": telegram_id, "created_at": {"$lt": before}}
        return self._notices.delete_many(older).deleted_count

    def blocked_to_tell(self) -> Iterator[tuple[str, int]]:
        """(key, telegram_id) of some that main_api is still to learn of."""
        found_now = self._notices.find(
            {"tell_blocked": True}, ["telegram_id"], limit=TOLD_AT_A_TIME
        )
        for found in found_now:
            yield found["_id"], found["telegram_id"]

    def told_blocked(self, key: str) -> None:
        self._notices.update_one(
            {"_id": key, "tell_blocked": True}, {"$set": {"tell_blocked": False}}
        )

    def _change_mine(self, key: str, **changes: Any) -> None:
        self._notices.update_one(
            {"_id": key, "run": self._run, "state": {"$in": MINE}}, {"$set": changes}
        )


def _document(notice: NewNotice, now: datetime) -> Document:
    return {
        "_id": notice.key,
        "kind": notice.kind.value,
        "telegram_id": notice.telegram_id,
        "language": notice.language,
        "due_at": notice.due_at,
        "params": notice.params,
        "urgency": notice.urgency,
        "state": "waiting",
        "next_at": notice.due_at,
        "attempts": 0,
        "run": None,
        "lease_until": None,
        "calling": None,
        "created_at": now,
        "done_at": None,
        "why": "",
        "message_id": None,
        "tell_blocked": False,
    }


def _claimed(found: Document) -> Claimed:
    return Claimed(
        key=found["_id"],
        kind=NoticeKind(found["kind"]),
        telegram_id=found["telegram_id"],
        language=found["language"],
        params=found["params"],
        attempts=found["attempts"],
        lease_until=found["lease_until"],
    )
