"""Makes orders: written before anybody is called, so that no money comes without one."""

import secrets
from datetime import timedelta

from common.clients.payments_webhook import PaymentsWebhook
from common.clock import Clock
from common.errors import Conflict, Forbidden, Unavailable
from main_api.payments.checks import check_agreement
from main_api.payments.orders import OPEN, UNPAID, Order, OrderStore
from main_api.tariffs.catalogue import Catalogue
from main_api.users.record import UserRecord
from main_api.users.store import UserStore
from models.codes import Code, OrderStatus
from models.payments import CheckoutRequest, CreatePaymentRequest
from models.tariffs import Tariff

ORDER_BYTES = 16  # 22 characters
PAYABLE_FOR = timedelta(hours=1)  # a provider's page lives about as long


class Ordering:
    def __init__(
        self,
        orders: OrderStore,
        users: UserStore,
        catalogue: Catalogue,
        payments_webhook: PaymentsWebhook,
        clock: Clock,
        *,
        return_url: str,
    ) -> None:
        self._orders, self._users = orders, users
        self._catalogue = catalogue
        self._payments_webhook = payments_webhook
        self._clock = clock
        self._return_url = return_url

    def create(self, request: CreatePaymentRequest) -> Order:
        """Raises Unavailable, with the order's id, when nobody can be paid now: it stays."""
        user = self._welcome(request.user_id)
        tariff = self._catalogue.get(request.tariff_id, user.language)
        check_agreement(request, user, tariff, lambda: self._catalogue.names(tariff.id))
        order = self._written(user, tariff, request.request_key)
        return order if order.status is OrderStatus.PENDING else self._offered(order)

    def retry(self, order_id: str) -> Order:
        """Another try at paying; raises Conflict order_not_payable when it is paid for."""
        order = self._orders.get(order_id)
        self._welcome(order.user_id)
        if order.status not in UNPAID:
            raise Conflict("this order is paid", code=Code.ORDER_NOT_PAYABLE, status=order.status)
        return self._offered(order)

    def _welcome(self, user_id: int) -> UserRecord:
        user = self._users.get(user_id)
        if user.banned:
            raise Forbidden("this user is banned", code=Code.USER_BANNED)
        return user

    def _written(self, user: UserRecord, tariff: Tariff, request_key: str | None) -> Order:
        """The open order of the same press, or a new one."""
        while True:
            new = self._new(user, tariff, request_key)
            if self._orders.insert(new):
                return new
            known = self._orders.of_request(new.request)
            if known is None:
                continue
            if self._is_open(known, tariff):
                return known
            self._orders.release_request(known)

    def _is_open(self, order: Order, tariff: Tariff) -> bool:
        same = (order.tariff_id, order.amount_kopecks) == (tariff.id, tariff.price_kopecks)
        return same and order.status in OPEN and order.expires_at > self._clock()

    def _new(self, user: UserRecord, tariff: Tariff, request_key: str | None) -> Order:
        order_id, now = secrets.token_urlsafe(ORDER_BYTES), self._clock()
        return Order(
            order_id=order_id,
            request=f"{user.user_id}:{request_key}" if request_key else order_id,
            user_id=user.user_id,
            tariff_id=tariff.id,
            description=f"Keyland: {tariff.name}"[:128],
            months=tariff.months or 0,
            duration_days=tariff.duration_days,
            amount_kopecks=tariff.price_kopecks,
            currency=tariff.currency,
            language=user.language,
            status=OrderStatus.CREATED,
            created_at=now,
            expires_at=now + PAYABLE_FOR,
            pay_url="",
            paid_by="",
            paid_at=None,
            granted_at=None,
        )

    def _offered(self, order: Order) -> Order:
        request = CheckoutRequest(
            order_id=order.order_id,
            user_id=order.user_id,
            tariff_id=order.tariff_id,
            amount_kopecks=order.amount_kopecks,
            currency=order.currency,
            description=order.description,
            language=order.language,
            return_url=self._return_url,
        )
        try:
            checkout = self._payments_webhook.checkout(request)
        except Unavailable as away:
            raise Unavailable(
                "paying is not possible now; the order stays",
                code=away.code,
                payment_id=order.order_id,
            ) from None
        expires_at = self._clock() + PAYABLE_FOR
        self._orders.mark_pending(order.order_id, checkout.pay_url, expires_at)
        return self._orders.get(order.order_id)
