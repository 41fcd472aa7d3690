"""Counts audiences and lists them by one rule, walking through the users by their ids."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Final, get_args

from common.clock import Clock
from common.storage.protocol import ASCENDING, Database
from main_api.mongo_api.collections import USERS
from models.admin import AudienceCount, AudienceCounts, AudiencePage, Recipient
from models.codes import Audience
from models.users import Language

PAGE = 500  # and as many are read at a time: most users belong to most audiences
LANGUAGES: Final[list[Language | None]] = [None, *get_args(Language)]


@dataclass(frozen=True, slots=True)
class Person:
    """Of a user, what a broadcast asks."""

    user_id: int
    tg_id: int
    language: Language
    expires_at: datetime | None
    has_trial: bool
    ever_paid: bool
    deleting: bool
    banned: bool
    blocked: bool

    @property
    def reachable(self) -> bool:
        return not (self.deleting or self.banned or self.blocked)


FIELDS: Final = [it.name for it in fields(Person) if it.name != "user_id"]
Rule = Callable[[Person, datetime], bool]
RULES: Final[dict[Audience, Rule]] = {
    Audience.ALL: lambda _, __: True,
    Audience.ACTIVE: lambda it, now: it.expires_at is not None and it.expires_at > now,
    Audience.EXPIRED: lambda it, now: it.expires_at is not None and it.expires_at <= now,
    Audience.TRIAL: lambda it, _: it.has_trial,
    Audience.NEVER_PAID: lambda it, _: not it.ever_paid,
}


class Audiences:
    def __init__(self, db: Database, clock: Clock, page: int = PAGE) -> None:
        self._db = db
        self._clock = clock
        self._page = page

    def counts(self) -> AudienceCounts:
        people: Counter[tuple[Audience, Language | None]] = Counter()
        now = self._clock()
        for person in self._reachable(0):
            for audience, belongs in RULES.items():
                if belongs(person, now):
                    people[audience, None] += 1
                    people[audience, person.language] += 1
        return AudienceCounts(
            counts=[
                AudienceCount(
                    audience=audience, language=language, people=people[audience, language]
                )
                for audience in RULES
                for language in LANGUAGES
            ]
        )

    def page(self, audience: Audience, language: Language | None, *, after: int) -> AudiencePage:
        """Ids never change and only grow, so whatever happens between two pages, nobody is on
        both and nobody who belongs all the while is on neither.
        """
        now, belongs = self._clock(), RULES[audience]
        recipients, last = [], None
        for person in self._reachable(after):
            if language not in (None, person.language) or not belongs(person, now):
                continue
            recipients.append(Recipient(telegram_id=person.tg_id, language=person.language))
            if len(recipients) == self._page:
                last = person.user_id
                break
        return AudiencePage(recipients=recipients, after=last)

    def _reachable(self, after: int) -> Iterator[Person]:
        """A chunk at a time, so that who stops early has not made the database send them all."""
        while chunk := self._chunk(after):
            yield from (person for person in chunk if person.reachable)
            after = chunk[-1].user_id

    def _chunk(self, after: int) -> list[Person]:
        """Also who is not reachable: for a condition of which the index knows nothing the embedded
        storage would read far ahead, to fill the page.
        """
        where, by_id = {"_id": {"$gte": after + 1}}, [("_id", ASCENDING)]
        found = self._db[USERS].find(where, FIELDS, sort=by_id, limit=PAGE)
        return [Person(user_id=document.pop("_id"), **document) for document in found]
