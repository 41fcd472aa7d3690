"""What status tells of a user's payments; reads `main.orders`, which main_api/payments writes."""

from dataclasses import dataclass

from common.storage.protocol import DESCENDING, Database
from main_api.mongo_api.collections import ORDERS
from models.codes import OrderStatus

NEWEST = [("created_at", DESCENDING), ("_id", DESCENDING)]


@dataclass(frozen=True)
class LastOrders:
    """`status` of the newest order, and the tariff of the newest one that was granted."""

    status: str | None
    tariff_id: str | None


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
