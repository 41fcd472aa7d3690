"""Records of payments: kept for five years without their person, then removed."""

from collections.abc import Iterator
from datetime import datetime

from dateutil.relativedelta import relativedelta

from common.storage.protocol import ASCENDING, Database, Document
from main_api.mongo_api.collections import ORDERS, PAYMENT_FACTS, USERS
from main_api.users.departed import DepartedStore

FINANCIAL_YEARS = 5
DIGEST_YEARS = 1
BAN_YEARS = 5
PAGE = 500


class OldRecords:
    """Of users who are gone; whoever is still there keeps all of theirs."""

    def __init__(self, db: Database, now: datetime) -> None:
        self._db = db
        self._departed = DepartedStore(db)
        self._now = now
        self._financial = now - relativedelta(years=FINANCIAL_YEARS)

    def remove(self, *, dry_run: bool) -> tuple[int, int, int]:
        """How many orders, payment facts and digests are too old."""
        orders, facts = self._orders(dry_run=dry_run)
        return orders, facts + self._strays(dry_run=dry_run), self._digests(dry_run=dry_run)

    def _orders(self, *, dry_run: bool) -> tuple[int, int]:
        orders = facts = 0
        for order in self._old(ORDERS, "created_at", ["user_id", "paid_at"]):
            said = list(self._db[PAYMENT_FACTS].find({"order_id": order["_id"]}, FACT))
            if self._is_needed(order, said):
                continue
            orders, facts = orders + 1, facts + len(said)
            if not dry_run:
                # the facts first: after a kill in between the order leads here again
                for fact in said:
                    self._db[PAYMENT_FACTS].delete_one({"_id": fact["_id"]})
                self._db[ORDERS].delete_one({"_id": order["_id"]})
        return orders, facts

    def _is_needed(self, order: Document, said: list[Document]) -> bool:
        paid_lately = order["paid_at"] is not None and order["paid_at"] >= self._financial
        return paid_lately or self._is_there(order["user_id"]) or any(map(self._is_young, said))

    def _strays(self, *, dry_run: bool) -> int:
        """Money that named no order of ours."""
        facts = 0
        for fact in self._old(PAYMENT_FACTS, "taken_at", FACT):
            known = self._db[ORDERS].find_one({"_id": fact["order_id"]}, ["_id"])
            if known is None and not self._is_young(fact):
                facts += 1
                if not dry_run:
                    self._db[PAYMENT_FACTS].delete_one({"_id": fact["_id"]})
        return facts

    def _digests(self, *, dry_run: bool) -> int:
        act = self._departed.count if dry_run else self._departed.forget
        return act(self._now - relativedelta(years=DIGEST_YEARS), banned=False) + act(
            self._now - relativedelta(years=BAN_YEARS), banned=True
        )

    def _is_young(self, fact: Document) -> bool:
        """Or not finished with: that is never removed."""
        return fact["outcome"] is None or not fact["told"] or fact["taken_at"] >= self._financial

    def _is_there(self, user_id: int) -> bool:
        return self._db[USERS].find_one({"_id": user_id}, ["_id"]) is not None

    def _old(self, name: str, since: str, fields: list[str]) -> Iterator[Document]:
        after = ""
        while page := self._page(name, since, fields, after):
            after = page[-1]["_id"]
            yield from page

    def _page(self, name: str, since: str, fields: list[str], after: str) -> list[Document]:
        where = {"_id": {"$gt": after}, since: {"$lt": self._financial}}
        found = self._db[name].find(where, fields, sort=[("_id", ASCENDING)], limit=PAGE)
        return list(found)


FACT = ["order_id", "outcome", "told", "taken_at"]
