"""What came in by day, less what went back: from the providers' facts, not from the orders."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from common.storage.protocol import Database, Document, Filter
from main_api.mongo_api.collections import PAYMENT_FACTS
from main_api.statistics.days import day_of
from models.codes import FactKind

FIELDS: Final = ["kind", "paid_kopecks", "received_kopecks", "occurred_at"]
ROUBLES: Final = "RUB"
SIGN: Final = {str(FactKind.SUCCEEDED): 1, str(FactKind.REFUNDED): -1}


@dataclass(slots=True)
class Sales:
    kopecks: Counter[date] = field(default_factory=Counter)
    payments: Counter[date] = field(default_factory=Counter)


def count_sales(db: Database, zone: ZoneInfo, since: datetime) -> Sales:
    """Money of another currency is not in the sums: nobody has said what it is worth."""
    sales = Sales()
    for fact in db[PAYMENT_FACTS].find(moved_since(since), FIELDS):
        day = day_of(fact["occurred_at"], zone)
        sales.kopecks[day] += SIGN[fact["kind"]] * _kopecks(fact)
        sales.payments[day] += fact["kind"] == FactKind.SUCCEEDED
    return sales


def moved_since(since: datetime) -> Filter:
    """Found by the index of `occurred_at`: what lies before is not looked at."""
    return {"occurred_at": {"$gte": since}, "kind": {"$in": list(SIGN)}, "currency": ROUBLES}


def _kopecks(fact: Document) -> int:
    """What the payer paid; where the provider did not say, what reached us."""
    paid = fact["paid_kopecks"]
    return int(paid if paid is not None else fact["received_kopecks"] or 0)
