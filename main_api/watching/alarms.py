"""Episodes of trouble at a server, each kept: when it began and ended, and what is still untold."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from common.clock import Clock
from common.storage.protocol import DESCENDING, Database, Document, DuplicateKeyError
from main_api.mongo_api.collections import ALARMS
from main_api.vpn_api.servers import Place

NEWEST = [("number", DESCENDING)]


class About(StrEnum):
    """SICK: the server gets no new customers. MISSING: somebody with access is not on it. SPARED:
    it lets in suspiciously many who should have no or less access. UNCALLED: its key, or the
    fingerprint of its certificate, is not in our secrets.
    """

    SICK = "sick"
    MISSING = "missing"
    SPARED = "spared"
    UNCALLED = "uncalled"


class Word(StrEnum):
    BEGUN = "begun"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Alarm:
    """`users`: whom it was about when it began, who were missing or had to have less access there;
    `untold` is in the order of telling.
    """

    alarm_id: str
    about: About
    country: str
    server: str
    since: datetime
    reason: str
    users: int
    until: datetime | None
    untold: tuple[Word, ...]


class Alarms:
    """One episode of a kind is open at a server at a time, whoever else watches."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    def open_ones(self) -> dict[tuple[About, str], Alarm]:
        found = map(_alarm, self._db[ALARMS].find({"until": None}))
        return {(alarm.about, alarm.server): alarm for alarm in found}

    def begin(
        self, about: About, place: Place, since: datetime, *, reason: str = "", users: int = 0
    ) -> None:
        """Of no effect when it is open already."""
        last = self._last(about, place.address)
        if last and last["until"] is None:
            return
        number = last["number"] + 1 if last else 1
        episode: dict[str, Any] = {
            "_id": f"{about}:{place.address}:{number}",
            "number": number,
            "about": str(about),
            "country": place.country,
            "server": place.address,
            "since": since,
            "reason": reason,
            "users": users,
            "until": None,
            "untold": [str(Word.BEGUN)],
        }
        with suppress(DuplicateKeyError):  # another process has seen the same
            self._db[ALARMS].insert_one(episode)

    def end(self, alarm: Alarm) -> None:
        where = {"_id": alarm.alarm_id, "until": None}
        change = {"$set": {"until": self._clock()}, "$addToSet": {"untold": str(Word.OVER)}}
        self._db[ALARMS].update_one(where, change)

    def drop(self, alarm: Alarm) -> None:
        """The server is ours no more: there is nothing to tell."""
        change = {"$set": {"until": self._clock(), "untold": []}}
        self._db[ALARMS].update_one({"_id": alarm.alarm_id}, change)

    def untold(self) -> list[Alarm]:
        words = [str(word) for word in Word]
        return [_alarm(it) for it in self._db[ALARMS].find({"untold": {"$in": words}})]

    def told(self, alarm: Alarm, word: Word) -> None:
        self._db[ALARMS].update_one({"_id": alarm.alarm_id}, {"$pull": {"untold": str(word)}})

    def count(self, about: About, server: str) -> int:
        """How many there have ever been, the open one included."""
        last = self._last(about, server)
        return int(last["number"]) if last else 0

    def _last(self, about: About, server: str) -> Document | None:
        where = {"server": server, "about": str(about)}
        return next(self._db[ALARMS].find(where, sort=NEWEST, limit=1), None)


def _alarm(document: Document) -> Alarm:
    return Alarm(
        alarm_id=document["_id"],
        about=About(document["about"]),
        country=document["country"],
        server=document["server"],
        since=document["since"],
        reason=document["reason"],
        users=document["users"],
        until=document["until"],
        untold=tuple(word for word in Word if word in document["untold"]),
    )
