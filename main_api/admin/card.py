"""Everything about one user on one card: who, until when, on which servers, what was paid."""

from datetime import datetime
from typing import Literal

from common.clock import Clock
from common.storage.protocol import DESCENDING, Database, Document
from main_api.mongo_api.collections import ORDERS
from main_api.referrals.service import ReferralService
from main_api.traffic.usage import UsageService
from main_api.users.record import UserRecord, user_of
from main_api.vpn_api.server_store import ServerStore
from main_api.vpn_api.servers import Place, Servers
from models.admin import AdminPayment, AdminPayments, ServerPresence, UserCard
from models.codes import OrderStatus, ProviderName
from models.traffic import Usage

NEWEST = [("created_at", DESCENDING), ("_id", DESCENDING)]
ORDERS_SHOWN = 100
State = Literal["present", "pending", "absent"]


class Cards:
    def __init__(
        self,
        db: Database,
        servers: Servers,
        known: ServerStore,
        referrals: ReferralService,
        clock: Clock,
    ) -> None:
        self._db = db
        self._usage = UsageService(db, clock)
        self._servers = servers
        self._known = known
        self._referrals = referrals
        self._clock = clock

    def of(self, user: UserRecord) -> UserCard:
        """The payments are the orders that were granted and not refunded."""
        where = {"user_id": user.user_id, "status": str(OrderStatus.GRANTED)}
        paid = list(self._db[ORDERS].find(where, ["amount_kopecks", "paid_at"]))
        moments: list[datetime] = [order["paid_at"] for order in paid]
        return UserCard(
            user=user_of(user),
            presence=self._presence(user),
            payments=len(paid),
            paid_kopecks=sum(order["amount_kopecks"] for order in paid),
            last_paid_at=max(moments, default=None),
            invited_by=user.invited_by,
            referrals=self._referrals.summary(user),
            traffic=self._traffic(user),
        )

    def _traffic(self, user: UserRecord) -> Usage | None:
        traffic = self._usage.of(user)
        limited = traffic.usage.traffic_limit or traffic.usage.device_limit
        return traffic.usage if traffic.days or limited else None

    def _presence(self, user: UserRecord) -> list[ServerPresence]:
        """On every server of the countries file, also on one that cannot be called."""
        known = self._known.all()
        active = user.let_in_at(self._clock())
        return [
            ServerPresence(
                country=place.country,
                address=place.address,
                reachable=place.server is not None
                and bool(known.get(place.address, {}).get("reachable")),
                state=_state(user, place, known.get(place.address, {}), active=active),
            )
            for place in self._servers.places()
        ]

    def payments_of(self, user: UserRecord) -> AdminPayments:
        """The last ones, whatever became of them."""
        where = {"user_id": user.user_id}
        found = self._db[ORDERS].find(where, sort=NEWEST, limit=ORDERS_SHOWN)
        return AdminPayments(payments=[_payment(document) for document in found])


def _state(user: UserRecord, place: Place, known: Document, *, active: bool) -> State:
    """A server that has just joined the file is told of everybody a moment later."""
    if place.address in user.pending:
        return "pending"
    if not active:
        return "absent"
    return "present" if place.server is not None and known.get("enlisted") else "pending"


def _payment(order: Document) -> AdminPayment:
    provider, _, _ = order["paid_by"].partition(":")
    return AdminPayment(
        order_id=order["_id"],
        tariff_id=order["tariff_id"],
        amount_kopecks=order["amount_kopecks"],
        currency=order["currency"],
        status=OrderStatus(order["status"]),
        provider=ProviderName(provider) if provider else None,
        created_at=order["created_at"],
        paid_at=order["paid_at"],
    )
