"""Money of a user that is on its way to becoming access, or that has come and became nothing."""

from datetime import datetime
from typing import Final

from common.errors import Conflict
from common.storage.protocol import Database
from main_api.mongo_api.collections import ORDERS, PAYMENT_FACTS
from main_api.users.record import UserRecord
from models.codes import Code, OrderStatus

UNDELIVERED: Final = frozenset({OrderStatus.PAID, OrderStatus.UNDERPAID})


class OpenMoney:
    def __init__(self, db: Database) -> None:
        self._db = db

    def refuse_in_work(self, user: UserRecord) -> None:
        """Raises Conflict payment_in_work while money of this user is just being taken."""
        if self._is_undecided(list(self._orders_of(user.user_id))):
            raise Conflict("a payment is just being taken", code=Code.PAYMENT_IN_WORK)

    def is_open(self, user_id: int, payable_since: datetime) -> bool:
        """Also when a page to pay at was open since that moment: its payment may still come. An
        old order is payable anew when its customer tries again.
        """
        orders = self._orders_of(user_id)
        return any(
            status in UNDELIVERED or expires_at >= payable_since
            for status, expires_at in orders.values()
        ) or self._is_undecided(list(orders))

    def _orders_of(self, user_id: int) -> dict[str, tuple[str, datetime]]:
        found = self._db[ORDERS].find({"user_id": user_id}, ["status", "expires_at"])
        return {order["_id"]: (order["status"], order["expires_at"]) for order in found}

    def _is_undecided(self, order_ids: list[str]) -> bool:
        where = {"order_id": {"$in": order_ids}, "outcome": None}
        return bool(order_ids) and self._db[PAYMENT_FACTS].find_one(where, ["_id"]) is not None
