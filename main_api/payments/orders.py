"""Orders as stored in `main.orders`; every change names the states that it may leave."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from common.errors import NotFound
from common.storage.protocol import Database, Document, DuplicateKeyError
from main_api.mongo_api.collections import ORDERS
from models.codes import Code, OrderStatus

UNPAID = [OrderStatus.CREATED, OrderStatus.PENDING, OrderStatus.CANCELED, OrderStatus.UNDERPAID]
OPEN = [OrderStatus.CREATED, OrderStatus.PENDING]


@dataclass(frozen=True, slots=True)
class Order:
    """`request` is unique: the key of the press that made it, or its own id. The price and the
    time bought are those of the moment of the order. `expires_at` hides a button, no more.
    `paid_by` is the id of the fact that paid it.
    """

    order_id: str
    request: str
    user_id: int
    tariff_id: str
    description: str
    months: int
    duration_days: int
    amount_kopecks: int
    currency: str
    language: str
    status: OrderStatus
    created_at: datetime
    expires_at: datetime
    pay_url: str
    paid_by: str
    paid_at: datetime | None
    granted_at: datetime | None


class OrderStore:
    def __init__(self, db: Database) -> None:
        self._db = db

    def insert(self, order: Order) -> bool:
        """False when its request has an order already."""
        values = {field.name: getattr(order, field.name) for field in fields(order)}
        try:
            self._db[ORDERS].insert_one({"_id": values.pop("order_id"), **_plain(values)})
        except DuplicateKeyError:
            return False
        return True

    def find(self, order_id: str) -> Order | None:
        document = self._db[ORDERS].find_one({"_id": order_id})
        return _order(document) if document else None

    def get(self, order_id: str) -> Order:
        order = self.find(order_id)
        if order is None:
            raise NotFound("no such order", code=Code.NO_SUCH_ORDER)
        return order

    def of_request(self, request: str) -> Order | None:
        document = self._db[ORDERS].find_one({"request": request})
        return _order(document) if document else None

    def release_request(self, order: Order) -> None:
        """The next press with that key gets an order of its own."""
        self._db[ORDERS].update_one(
            {"_id": order.order_id, "request": order.request},
            {"$set": {"request": order.order_id}},
        )

    def has_granted(self, user_id: int, *, but: str) -> bool:
        """Whether another order of this user was ever granted."""
        where = {"user_id": user_id, "granted_at": {"$ne": None}, "_id": {"$ne": but}}
        return self._db[ORDERS].find_one(where, ["_id"]) is not None

    def mark_pending(self, order_id: str, pay_url: str, expires_at: datetime) -> None:
        fields = {"status": OrderStatus.PENDING, "pay_url": pay_url, "expires_at": expires_at}
        self._move(order_id, UNPAID, fields)

    def mark_canceled(self, order_id: str) -> None:
        self._move(order_id, OPEN, {"status": OrderStatus.CANCELED})

    def mark_underpaid(self, order_id: str) -> None:
        leaves = [*OPEN, OrderStatus.CANCELED]
        self._move(order_id, leaves, {"status": OrderStatus.UNDERPAID})

    def mark_paid(self, order_id: str, fact_id: str, now: datetime) -> Order:
        """By the first fact that comes; the order afterwards tells whether it was this one."""
        fields = {"status": OrderStatus.PAID, "paid_by": fact_id, "paid_at": now}
        self._move(order_id, UNPAID, fields)
        return self.get(order_id)

    def mark_granted(self, order_id: str, fact_id: str, now: datetime) -> None:
        fields = {"status": OrderStatus.GRANTED, "granted_at": now}
        self._move(order_id, [OrderStatus.PAID], fields, paid_by=fact_id)

    def mark_refunded(self, order_id: str, fact_id: str) -> None:
        leaves = [OrderStatus.PAID, OrderStatus.GRANTED]
        self._move(order_id, leaves, {"status": OrderStatus.REFUNDED}, paid_by=fact_id)

    def _move(
        self, order_id: str, leaves: list[OrderStatus], fields: Document, **also: Any
    ) -> None:
        where = {"_id": order_id, "status": {"$in": [str(status) for status in leaves]}, **also}
        self._db[ORDERS].update_one(where, {"$set": _plain(fields)})


def _plain(values: Document) -> Document:
    """Enums as the plain strings that every backend stores."""
    return {k: str(v) if isinstance(v, OrderStatus) else v for k, v in values.items()}


def _order(document: Document) -> Order:
    names = [field.name for field in fields(Order) if field.name not in ("order_id", "status")]
    return Order(
        order_id=document["_id"],
        status=OrderStatus(document["status"]),
        **{name: document[name] for name in names},
    )
