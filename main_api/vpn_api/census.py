"""Who has access until when, kept in memory, so that it can be compared each minute for little."""

import threading
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from math import inf
from time import monotonic
from typing import NamedTuple

from common.clock import Clock, milliseconds
from common.storage.protocol import Database, Document
from main_api.mongo_api.collections import USERS
from main_api.users import desired

FIELDS = ("access_secret", "revision", "pending", *desired.FIELDS)
OVERLAP = timedelta(minutes=1)  # a change is written some time after its moment was noted
ALL_ANEW_SECONDS = 600.0
A_PAGE = 1000


class Person(NamedTuple):
    """What the servers are to know of somebody with access; `ends_ms` in Unix milliseconds."""

    secret: str
    ends_ms: int


class Seen(NamedTuple):
    """A user as stored now; `person` is None when he has no access."""

    user_id: int
    person: Person | None
    revision: int
    pending: list[str]


class Census:
    """Reads who was changed since it last looked; everybody at first, every ten minutes, and after
    time has gone backwards, since the moments of changes tell nothing then.
    """

    def __init__(
        self, db: Database, clock: Clock, now_seconds: Callable[[], float] = monotonic
    ) -> None:
        self._db, self._clock, self._monotonic = db, clock, now_seconds
        self._lock = threading.Lock()
        self._people: dict[int, Person] = {}
        self._read_at: datetime | None = None
        self._all_read = -inf

    def people(self) -> dict[int, Person]:
        """By user id, those who have access and some whose access has just ended; not to be
        changed.
        """
        with self._lock:
            now = self._clock()
            due = self._monotonic() - self._all_read >= ALL_ANEW_SECONDS
            if due or self._read_at is None or now < self._read_at:
                self._read_all(now)
            else:
                self._read_changes(self._read_at - OVERLAP)
            self._read_at = now
            return self._people

    def _read_all(self, now: datetime) -> None:
        began, known = self._monotonic(), self._people
        found = self._db[USERS].find({"expires_at": {"$gt": now}}, FIELDS)
        seen = ((it["_id"], person_of(it)) for it in found)
        fresh = {user_id: person for user_id, person in seen if person}
        # an equal one is kept, since others remember what they computed of it
        kept = {who: known[who] for who, it in fresh.items() if known.get(who) == it}
        self._people = fresh | kept
        self._all_read = began

    def _read_changes(self, since: datetime) -> None:
        self._note(map(_seen, self._db[USERS].find({"changed_at": {"$gte": since}}, FIELDS)))

    def look(self, user_ids: Iterable[int]) -> dict[int, Seen]:
        """These as they are stored at this moment; who is not stored is not in the answer."""
        wanted = list(user_ids)
        found = {it.user_id: it for it in self._stored(wanted)}
        with self._lock:
            self._note(found.get(it) or Seen(it, None, 0, []) for it in wanted)
        return found

    def _stored(self, user_ids: Iterable[int]) -> Iterator[Seen]:
        rest = iter(user_ids)
        while some := list(islice(rest, A_PAGE)):
            yield from map(_seen, self._db[USERS].find({"_id": {"$in": some}}, FIELDS))

    def _note(self, seen: Iterable[Seen]) -> None:
        """In a copy: somebody may be going through the other one."""
        people = dict(self._people)
        for it in seen:
            if it.person is None:
                people.pop(it.user_id, None)
            elif people.get(it.user_id) != it.person:
                people[it.user_id] = it.person
        self._people = people


def person_of(document: Document) -> Person | None:
    until = desired.let_in_until(
        expires_at=document["expires_at"],
        banned=document["banned"],
        deleting=document["deleting"],
        withheld=document.get("withheld"),
    )
    return Person(document["access_secret"], milliseconds(until)) if until else None


def _seen(document: Document) -> Seen:
    return Seen(
        document["_id"], person_of(document), document["revision"], list(document["pending"])
    )
