"""Broadcasts as they are kept: every change of state is one update that names the state it leaves.

draft -> running <-> paused -> done or stopped -> deleting -> deleted. While it runs, its recipients
are first copied from main_api page by page (`frozen_after` is how far that has come), then served.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from common.storage.protocol import ASCENDING, DESCENDING, Collection, Database, Document
from common.storage.protocol import DuplicateKeyError as Known
from models.broadcasts import Broadcast, BroadcastButton, BroadcastDraft, BroadcastState
from models.codes import Audience
from models.users import Language

COLLECTION = "broadcasts"
DELETABLE = timedelta(hours=47, minutes=59)  # Telegram's 48 h, and a call's way there
LISTED = 30
NO_FIELDS = frozenset({"_id", "keyboard", "counts", "dropped"})


@dataclass(frozen=True, slots=True)
class Counts:
    """Messages that were taken back were sent, too; `waiting` includes those under way."""

    waiting: int = 0
    sent: int = 0
    blocked: int = 0
    unknown: int = 0
    failed: int = 0
    deleted: int = 0
    undeletable: int = 0

    def as_document(self) -> dict[str, int]:
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Job:
    """`report_due`: the admin has not been shown this state yet. `progress_text` is what stands in
    his progress message now. `shown_message_id` is the copy he saw first, which he cannot change.
    """

    broadcast_id: str
    admin_id: int
    source_message_id: int
    shown_message_id: int | None
    keyboard: list[list[BroadcastButton]]
    audience: Audience
    language: Language | None
    state: BroadcastState
    frozen: bool
    frozen_after: int
    recipients: int
    counts: Counts
    seconds_left: int | None
    why: str
    progress_message_id: int | None
    progress_text: str
    report_due: bool
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None

    @property
    def copied_message_id(self) -> int:
        return self.shown_message_id or self.source_message_id

    @property
    def deletable_until(self) -> datetime | None:
        return self.ended_at + DELETABLE if self.ended_at and self.counts.sent else None

    def to_wire(self) -> Broadcast:
        return Broadcast(
            broadcast_id=self.broadcast_id, admin_id=self.admin_id, state=self.state,
            audience=self.audience, language=self.language, recipients=self.recipients,
            **self.counts.as_document(), why=self.why, seconds_left=self.seconds_left,
            created_at=self.created_at, started_at=self.started_at, ended_at=self.ended_at,
            deletable_until=self.deletable_until,
        )  # fmt: skip


class BroadcastStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def _broadcasts(self) -> Collection:
        return self._database.collection(COLLECTION)

    def prepare(self) -> None:
        for keys in (("state", "started_at"), ("report_due",), ("created_at",)):
            self._broadcasts.create_index([(key, ASCENDING) for key in keys])

    def add(self, draft: BroadcastDraft, now: datetime) -> bool:
        """False when its id is known; nothing is changed then."""
        try:
            self._broadcasts.insert_one(_document(draft, now))
        except Known:
            return False
        return True

    def get(self, broadcast_id: str) -> Job | None:
        found = self._broadcasts.find_one({"_id": broadcast_id})
        return _job(found) if found else None

    def newest(self) -> list[Job]:
        found = self._broadcasts.find({}, sort=[("created_at", DESCENDING)], limit=LISTED)
        return [_job(one) for one in found]

    def current(self) -> Job | None:
        """What is to be worked on: who wants a message back waits for nobody, and of those that
        run the one that was started first goes to its end before the next.
        """
        for state in ("deleting", "running"):
            found = self._broadcasts.find_one(
                {"state": state}, sort=[("started_at", ASCENDING), ("_id", ASCENDING)]
            )
            if found:
                return _job(found)
        return None

    def reports_due(self) -> Iterator[Job]:
        for found in self._broadcasts.find({"report_due": True}):
            yield _job(found)

    def unfinished(self) -> Iterator[Job]:
        """Those that somebody may hold claims of."""
        working = {"state": {"$in": ["running", "paused", "deleting"]}}
        for found in self._broadcasts.find({"$or": [working, {"report_due": True}]}):
            yield _job(found)

    def ended_before(self, then: datetime) -> str | None:
        """One whose recipients are still kept, and of which the admin has read the end."""
        found = self._broadcasts.find_one(
            {
                "state": {"$in": ["done", "stopped", "deleted"]}, "ended_at": {"$lt": then},
                "report_due": False, "dropped": False,
            },
            ["state"],
        )  # fmt: skip
        return found["_id"] if found else None

    def dropped(self, broadcast_id: str) -> None:
        self._broadcasts.update_one({"_id": broadcast_id}, {"$set": {"dropped": True}})

    def is_in(self, broadcast_id: str, state: BroadcastState) -> bool:
        return (
            self._broadcasts.find_one({"_id": broadcast_id, "state": state}, ["state"]) is not None
        )

    def change(
        self,
        broadcast_id: str,
        leaving: Sequence[BroadcastState],
        to: BroadcastState,
        **changes: Any,
    ) -> bool:
        """False when it was in none of the states to be left: somebody else was first."""
        done = self._broadcasts.update_one(
            {"_id": broadcast_id, "state": {"$in": list(leaving)}},
            {"$set": {"state": to, "report_due": True, **changes}},
        )
        return done.matched_count == 1

    def page_frozen(self, broadcast_id: str, after: int) -> None:
        self._broadcasts.update_one({"_id": broadcast_id}, {"$max": {"frozen_after": after}})

    def all_frozen(self, broadcast_id: str, recipients: int) -> None:
        self._broadcasts.update_one(
            {"_id": broadcast_id, "frozen": False},
            {"$set": {"frozen": True, "recipients": recipients}},
        )

    def counted(self, broadcast_id: str, counts: Counts, seconds_left: int | None) -> None:
        self._broadcasts.update_one(
            {"_id": broadcast_id},
            {"$set": {"counts": counts.as_document(), "seconds_left": seconds_left}},
        )

    def shown(self, broadcast_id: str, text: str, message_id: int) -> None:
        self._broadcasts.update_one(
            {"_id": broadcast_id},
            {"$set": {"progress_text": text, "progress_message_id": message_id}},
        )

    def previewed(self, broadcast_id: str, message_id: int) -> None:
        """Only what he saw before it began goes out."""
        self._broadcasts.update_one(
            {"_id": broadcast_id, "state": "draft"}, {"$set": {"shown_message_id": message_id}}
        )

    def told(self, job: Job) -> None:
        """Unless the state has changed meanwhile."""
        self._broadcasts.update_one(
            {"_id": job.broadcast_id, "state": job.state}, {"$set": {"report_due": False}}
        )


def _document(draft: BroadcastDraft, now: datetime) -> Document:
    return {
        "_id": draft.broadcast_id,
        "admin_id": draft.admin_id,
        "dropped": False,
        "source_message_id": draft.source_message_id,
        "shown_message_id": None,
        "keyboard": json.dumps([[key.model_dump() for key in row] for row in draft.keyboard]),
        "audience": draft.audience.value,
        "language": draft.language,
        "state": "draft",
        "frozen": False,
        "frozen_after": 0,
        "recipients": 0,
        "counts": Counts().as_document(),
        "seconds_left": None,
        "why": "",
        "progress_message_id": None,
        "progress_text": "",
        "report_due": False,
        "created_at": now,
        "started_at": None,
        "ended_at": None,
    }


def _job(found: Document) -> Job:
    rows = json.loads(found["keyboard"])
    fields = {name: found[name] for name in found if name not in NO_FIELDS}
    fields["audience"] = Audience(found["audience"])
    return Job(
        broadcast_id=found["_id"],
        keyboard=[[BroadcastButton.model_validate(key) for key in row] for row in rows],
        counts=Counts(**found["counts"]),
        **fields,
    )
