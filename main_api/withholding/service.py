"""Withholds whoever has reached a limit at which the operator lets cut, and gives back the others.

Each decision is one change of the user, on the condition that he still is as he was judged. It is
durable together with the servers that are to be told, and healing tells them, whoever dies in
between; one that was not made is made at the next look, from the same evidence.
"""

import logging

from common.clock import Clock
from common.errors import NotFound
from common.storage.protocol import Database
from main_api.access.changes import AccessChanges
from main_api.withholding.judging import judge
from main_api.withholding.looking import Case, Looking
from main_api.withholding.people import People
from main_api.withholding.word import Word

log = logging.getLogger(__name__)


class Withholding:
    def __init__(self, db: Database, changes: AccessChanges, word: Word, clock: Clock) -> None:
        self._changes, self._word, self._clock = changes, word, clock
        self._people, self._looking = People(db), Looking(db)

    def tick(self) -> None:
        """Raises ServiceError when the database or notify_service is away."""
        now = self._clock()
        cases = self._looking.look(now)
        self._looking.note_who_paid(now)
        changed = [self._settle(it) for it in cases]
        if withheld := changed.count("withheld"):
            log.info("%d users are withheld from the servers at their limits", withheld)
        if returned := changed.count("returned"):
            log.info("%d users are given back to the servers", returned)
        self._word.tell(self._people.withheld())

    def _settle(self, case: Case) -> str:
        """He is judged once more as he is when he is changed: he may have paid meanwhile."""
        user, evidence = case
        if judge(user, evidence, self._clock()) is None:
            return ""
        try:
            user, changed = self._changes.make(
                user.user_id, lambda seen: judge(seen, evidence, self._clock())
            )
        except NotFound:  # he has just left
            return ""
        return ("withheld" if user.withheld else "returned") if changed else ""


def foreseen(db: Database, clock: Clock) -> int:
    """How many would be withheld now for their traffic; changes nothing."""
    now = clock()
    found = (judge(user, evidence, now) for user, evidence in Looking(db).look(now))
    return sum(bool(change and change.fields["withheld"]) for change in found)
