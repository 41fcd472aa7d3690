"""Who may be removed: no access for half a year, nothing on its way to it, and not banned."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from dateutil.relativedelta import relativedelta

from common.errors import Conflict
from common.storage.protocol import ASCENDING, Database, Document
from main_api.mongo_api.collections import USERS
from main_api.removal.money import OpenMoney
from main_api.users.record import UserRecord, record_of

PAGE = 500
MAY_STILL_PAY = timedelta(days=14)
"""An order that was payable since then keeps its customer: providers' pages live for an hour, a
bank's transfer and our reconciliation take days."""


class Stays(Conflict):
    """Somebody who is not to be removed; the code says why."""


@dataclass(frozen=True)
class Candidates:
    """Of the moment `now`: whoever has had no access since `horizon`, calendar months before."""

    db: Database
    money: OpenMoney
    now: datetime
    horizon: datetime

    @classmethod
    def at(cls, db: Database, now: datetime, months: int) -> "Candidates":
        return cls(db, OpenMoney(db), now, now - relativedelta(months=months))

    def count(self) -> int:
        return self.db[USERS].count_documents(self._where())

    def pages(self) -> Iterator[list[UserRecord]]:
        """By user id; who is removed meanwhile does not shift the others."""
        after = 0
        while page := self._page(after):
            after = page[-1].user_id
            yield page

    def check(self, user: UserRecord) -> None:
        """Raises Stays. Asked of the very state that the removal is decided on."""
        reason = self._reason(user)
        if reason:
            raise Stays("this user stays", code=reason)

    def _reason(self, user: UserRecord) -> str:
        if user.banned:
            return "banned"
        if any(moment is not None and moment >= self.horizon for moment in _moments(user)):
            return "recent"
        if self.money.is_open(user.user_id, self.now - MAY_STILL_PAY):
            return "money"
        return ""

    def _page(self, after: int) -> list[UserRecord]:
        found = self.db[USERS].find(
            self._where() | {"_id": {"$gt": after}}, sort=[("_id", ASCENDING)], limit=PAGE
        )
        return [record_of(document) for document in found]

    def _where(self) -> Document:
        return {
            "deleting": False,
            "banned": False,
            "created_at": {"$lt": self.horizon},
            "$or": [{"expires_at": None}, {"expires_at": {"$lt": self.horizon}}],
        }


def _moments(user: UserRecord) -> tuple[datetime | None, ...]:
    """What counts as being there: registered, access ended, access given or taken by hand."""
    return user.created_at, user.expires_at, user.access_changed_at
