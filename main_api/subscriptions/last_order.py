"""What status tells of a user's payments; reads `main.orders`, which main_api/payments writes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from common.storage.protocol import DESCENDING, Database
from main_api.mongo_api.collections import ORDERS
from models.codes import OrderStatus

FIELDS = ("user_id", "status", "created_at", "tariff_id")
A_PAGE = 1000
NEWEST = [("created_at", DESCENDING), ("_id", DESCENDING)]


@dataclass(frozen=True)
class LastOrders:
    """`status` of the newest order, and the tariff of the newest one that was granted."""

    status: str | None
    tariff_id: str | None


def granted_tariffs(db: Database, user_ids: Iterable[int]) -> dict[int, str]:
    """User id -> the tariff of his newest order that was granted, of all who have one."""
    rest, newest = iter(user_ids), dict[int, tuple[datetime, str, str]]()
    while some := list(islice(rest, A_PAGE)):
        # the status is looked at here: asked for, its index would be taken, which holds everybody
        for order in db[ORDERS].find({"user_id": {"$in": some}}, FIELDS):
            if order["status"] == OrderStatus.GRANTED:
                told = order["created_at"], order["_id"], order["tariff_id"]
                user_id = order["user_id"]
                newest[user_id] = max(newest.get(user_id, told), told)
    return {user_id: tariff_id for user_id, (_, _, tariff_id) in newest.items()}


def last_orders(db: Database, user_id: int) -> LastOrders:
    orders = db[ORDERS]
    newest = orders.find_one({"user_id": user_id}, ["status"], sort=NEWEST)
    granted = orders.find_one(
        {"user_id": user_id, "status": OrderStatus.GRANTED}, ["tariff_id"], sort=NEWEST
    )
    return LastOrders(
        status=newest["status"] if newest else None,
        tariff_id=granted["tariff_id"] if granted else None,
    )
