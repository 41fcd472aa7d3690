"""main_api as the bot sees it, in memory: the same methods, the same errors, and switches."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event
from typing import Any

from typing_extensions import override

from common.clients.main_api import MainApi
from common.clock import Clock
from common.errors import Conflict, Gone, Invalid, NotFound, Unavailable
from common.i18n.catalogues import language_of
from models.access import Access, Link, Links
from models.codes import Code, OrderStatus
from models.payments import CreatePaymentRequest, Payment, PaymentCreated
from models.referrals import Referrals
from models.tariffs import Tariff, Tariffs
from models.traffic import Usage
from models.users import RegisterRequest, Removal, User, UserChange

TRIAL = timedelta(days=3)
PATIENCE_SECONDS = 20
PLANS = (("month", 1, 19900), ("quarter", 3, 49900), ("half", 6, 89900), ("year", 12, 149050))


@dataclass
class Order:
    payment: Payment
    request_key: str | None


@dataclass
class FakeMainApi(MainApi):
    """`down`: nothing can be reached; `withdrawn`: plans are
    shown that are no longer sold; `no_provider`: orders are written, no way to pay them;
    `no_traffic`: traffic alone cannot be told;
    `broken`: a bug of ours at every turn; `in_work`: a payment is just being taken. `departed`: the
    ids of those who deleted their data. `gates`: a person's calls wait until his gate opens.
    """

    clock: Clock
    users: dict[int, User] = field(default_factory=dict)
    payloads: dict[int, str | None] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    countries: tuple[str, ...] = ("finland", "germany")
    withdrawn: bool = False
    down: bool = False
    no_provider: bool = False
    broken: bool = False
    no_traffic: bool = False
    in_work: bool = False
    departed: list[int] = field(default_factory=list)
    invitations: dict[int, Referrals] = field(default_factory=dict)
    secret: str = "what only an exception's text knows"
    usage: dict[int, Usage] = field(default_factory=dict)
    gates: dict[int, Event] = field(default_factory=dict)
    arrived: Event = field(default_factory=Event)
    on_register: Callable[[RegisterRequest], None] = lambda _request: None

    def _reach(self, user_id: int | None = None) -> None:
        if self.down:
            raise Unavailable("main_api cannot be reached (ConnectionError)")
        if self.broken:
            raise RuntimeError(self.secret)
        gate = self.gates.get(self.users[user_id].telegram_id) if user_id in self.users else None
        if gate:
            self.arrived.set()
            gate.wait(PATIENCE_SECONDS)

    def by_telegram(self, telegram_id: int) -> User:
        return next(one for one in self.users.values() if one.telegram_id == telegram_id)

    def change(self, user_id: int, **fields: Any) -> User:
        changed = self.users[user_id].model_copy(update=fields)
        self.users[user_id] = changed
        return changed

    @override
    def register(self, request: RegisterRequest) -> User:
        self._reach()
        self.on_register(request)
        names = request.model_dump(include={"username", "first_name", "last_name"})
        for user in self.users.values():
            if user.telegram_id == request.telegram_id:
                return self.change(user.user_id, **names, blocked=False)
        user_id = max([*self.users, *self.departed], default=0) + 1
        self.payloads[request.telegram_id] = request.referral_payload
        self.users[user_id] = User(
            user_id=user_id, telegram_id=request.telegram_id, **names,
            language=language_of(request.language_code), created_at=self.clock(), expires_at=None,
            has_trial=False, trial_taken_at=None, blocked=False, banned=False, revision=0,
            pending=[],
        )  # fmt: skip
        return self.users[user_id]

    @override
    def user(self, user_id: int) -> User:
        self._reach(user_id)
        if user_id not in self.users:
            raise NotFound("no such user", code=Code.NO_SUCH_USER)
        return self.users[user_id]

    @override
    def user_by_telegram(self, telegram_id: int) -> User:
        self._reach()
        for user in self.users.values():
            if user.telegram_id == telegram_id:
                return user
        raise NotFound("no such user", code=Code.NO_SUCH_USER)

    @override
    def change_user(self, user_id: int, change: UserChange) -> User:
        self._reach()
        return self.change(user_id, **change.model_dump(exclude_unset=True))

    @override
    def delete_me(self, user_id: int) -> Removal:
        self.user(user_id)
        if self.in_work:
            raise Conflict("a payment is just being taken", code=Code.PAYMENT_IN_WORK)
        del self.users[user_id]
        self.departed.append(user_id)
        return Removal(user_id=user_id, done=True, pending=[])

    @override
    def referrals(self, user_id: int) -> Referrals:
        user = self.user(user_id)
        return self.invitations.get(user_id) or Referrals(
            link=f"https://t.me/keyland_bot?start=ref_code{user.user_id}",
            reward_days=10, invited=0, paid=0, days_earned=0, latest=[],
        )  # fmt: skip

    @override
    def limited_usage(self, user_id: int) -> Usage | None:
        self._reach(user_id)
        if self.no_traffic:
            raise Unavailable("the database is away")
        return self.usage.get(user_id)

    @override
    def tariffs(self, language: str) -> Tariffs:
        self._reach()
        return Tariffs(tariffs=[plan(place, language) for place in range(len(PLANS))])

    @override
    def take_trial(self, user_id: int) -> Access:
        user = self.user(user_id)
        if user.trial_taken_at or user.expires_at:
            raise Conflict("the trial has been taken", code=Code.TRIAL_TAKEN)
        now = self.clock()
        self.change(user_id, has_trial=True, trial_taken_at=now)
        return self.extend(user_id, now + TRIAL)

    def extend(self, user_id: int, end: datetime) -> Access:
        user = self.users[user_id]
        user = self.change(user_id, expires_at=end, revision=user.revision + 1)
        return Access(user_id=user_id, expires_at=end, revision=user.revision, pending=[])

    @override
    def links(self, user_id: int) -> Links:
        user = self.user(user_id)
        if user.expires_at is None:
            raise NotFound("never subscribed", code=Code.NEVER_SUBSCRIBED)
        if user.expires_at <= self.clock():
            raise Gone("access has ended", code=Code.SUBSCRIPTION_EXPIRED)
        return links_of(user_id, self.countries)

    @override
    def create_payment(self, request: CreatePaymentRequest) -> PaymentCreated:
        user = self.user(request.user_id)
        chosen = next((one for one in PLANS if one[0] == request.tariff_id), None)
        if chosen is None or self.withdrawn:
            raise Invalid("no such tariff", code=Code.NO_SUCH_TARIFF)
        if user.expires_at and user.expires_at - self.clock() > timedelta(days=1000):
            raise Invalid("access may last at most 1100 days", code=Code.ACCESS_TOO_LONG)
        order = self._open_order(request) or self._new_order(request, chosen[2])
        if self.no_provider:
            raise Unavailable("no provider can be reached")
        payment = order.payment
        return PaymentCreated(
            payment_id=payment.payment_id,
            confirmation_url=f"https://pay.keyland.test/pay/{payment.payment_id}",
            payment_status=payment.status, status=payment.status,
            created_at=payment.created_at, expires_at=payment.created_at + timedelta(hours=1),
        )  # fmt: skip

    def _open_order(self, request: CreatePaymentRequest) -> Order | None:
        for order in self.orders.values():
            is_open = order.payment.status in (OrderStatus.CREATED, OrderStatus.PENDING)
            if request.request_key and order.request_key == request.request_key and is_open:
                return order
        return None

    def _new_order(self, request: CreatePaymentRequest, kopecks: int) -> Order:
        number = f"order-{len(self.orders) + 1}"
        payment = Payment(
            payment_id=number, user_id=request.user_id, tariff_id=request.tariff_id,
            amount_kopecks=kopecks, currency="RUB", status=OrderStatus.PENDING,
            created_at=self.clock(),
        )  # fmt: skip
        self.orders[number] = Order(payment, request.request_key)
        return self.orders[number]

    @override
    def payment(self, payment_id: str) -> Payment:
        self._reach()
        if payment_id not in self.orders:
            raise NotFound("no such order", code=Code.NO_SUCH_ORDER)
        return self.orders[payment_id].payment

    def settle(self, payment_id: str, status: OrderStatus) -> None:
        """What the provider said; `granted` also lengthens the access."""
        order = self.orders[payment_id]
        order.payment = order.payment.model_copy(update={"status": status})
        user = self.users[order.payment.user_id]
        if status is OrderStatus.GRANTED:
            self.extend(user.user_id, (user.expires_at or self.clock()) + timedelta(days=30))
            self.change(user.user_id, has_trial=False)


def plan(place: int, language: str) -> Tariff:
    slug, months, kopecks = PLANS[place]
    name = f"{months} мес." if language == "ru" else f"{months} mo."
    return Tariff(
        id=slug, slug=slug, name=name, description="<3 & more", price=f"{kopecks / 100:.2f}",
        price_kopecks=kopecks, months=months, duration_days=30 * months,
        server_locations=["finland"], display_order=10 - place,
    )  # fmt: skip


def links_of(user_id: int, countries: tuple[str, ...]) -> Links:
    page = f"https://keys.keyland.test/sub/token-of-{user_id}"
    return Links(
        config_url=page,
        config_qr_code_url=f"{page}/qr.png",
        links=[
            Link(
                country=country,
                server=f"192.0.2.{number}:443",
                name=country.title(),
                url=f"vless://id-{user_id}@192.0.2.{number}:443?type=tcp&security=none#{country}",
            )
            for number, country in enumerate(countries, 1)
        ],
    )
