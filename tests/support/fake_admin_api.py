"""The fake main_api with what only admins do: acts once by their keys, and their audit log."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from dateutil.relativedelta import relativedelta
from typing_extensions import override

from common.errors import Conflict, Invalid, NotFound
from models.admin import (
    Act,
    ActDone,
    AddTime,
    AdminPayment,
    AdminPayments,
    AuditLine,
    AuditLines,
    Ban,
    DayOfSales,
    Noted,
    ServerPresence,
    Statistics,
    UserCard,
)
from models.codes import Code, OrderStatus, ProviderName
from models.presence import Presence
from models.referrals import Referrals
from models.servers import ServerState
from models.users import User
from tests.support.fake_main_api import FakeMainApi

MAX_DAYS = 1100


@dataclass
class FakeAdminApi(FakeMainApi):
    """`done`: keys of acts, by user; `lines`: the audit log, by user, oldest first; `new_links`:
    how many each user got; `presences`: what the servers say of a user; `unreachable`: countries.
    """

    done: dict[int, set[str]] = field(default_factory=dict)
    lines: dict[int, list[AuditLine]] = field(default_factory=dict)
    new_links: dict[int, int] = field(default_factory=dict)
    presences: dict[int, Presence] = field(default_factory=dict)
    unreachable: set[str] = field(default_factory=set)

    @override
    def user_by_username(self, username: str) -> User:
        self._reach()
        for user in self.users.values():
            if (user.username or "").lower() == username.lower():
                return user
        raise NotFound("no such user", code=Code.NO_SUCH_USER)

    @override
    def card(self, user_id: int) -> UserCard:
        user = self.user(user_id)
        paid = [one for one in self.payments_of(user_id).payments if one.paid_at]
        active = user.expires_at is not None and user.expires_at > self.clock()
        return UserCard(
            user=user,
            presence=[
                ServerPresence(
                    country=country, address=f"192.0.2.{at}:443",
                    reachable=country not in self.unreachable,
                    state="present" if active and not user.banned else "absent",
                )
                for at, country in enumerate(self.countries, 1)
            ],
            payments=len(paid), paid_kopecks=sum(one.amount_kopecks for one in paid),
            last_paid_at=max((one.paid_at for one in paid if one.paid_at), default=None),
            invited_by=None,
            referrals=Referrals(
                link="https://t.me/bot?start=ref_x", reward_days=10, invited=0, paid=0,
                days_earned=0, latest=[],
            ),
            traffic=self.usage.get(user_id),
        )  # fmt: skip

    @override
    def presence(self, user_id: int) -> Presence:
        self._reach()
        if user_id not in self.presences:
            raise NotFound("not found")
        return self.presences[user_id]

    @override
    def payments_of(self, user_id: int) -> AdminPayments:
        self._reach()
        found = [one.payment for one in self.orders.values() if one.payment.user_id == user_id]
        granted = OrderStatus.GRANTED
        return AdminPayments(
            payments=[
                AdminPayment(
                    order_id=one.payment_id, tariff_id=one.tariff_id, currency=one.currency,
                    amount_kopecks=one.amount_kopecks, status=one.status,
                    provider=ProviderName.YOOKASSA if one.status is granted else None,
                    created_at=one.created_at,
                    paid_at=one.created_at if one.status is granted else None,
                )
                for one in reversed(found)
            ]
        )  # fmt: skip

    @override
    def add_time(self, user_id: int, act: AddTime) -> ActDone:
        def change(user: User) -> None:
            if act.seen_revision is not None and user.revision > act.seen_revision:
                raise Conflict("it has changed", code=Code.CARD_STALE)
            now = self.clock()
            base = max(user.expires_at or now, now)
            by_calendar = base + relativedelta(months=act.months)
            months = max(by_calendar, base + timedelta(days=30 * act.months))
            end = (months if act.months > 0 else by_calendar) + timedelta(days=act.days)
            if end > now + timedelta(days=MAX_DAYS):
                raise Invalid("too long", code=Code.ACCESS_TOO_LONG, max_days=MAX_DAYS)
            self.extend(user_id, end)

        return self._once("add_time", user_id, act, change)

    @override
    def revoke(self, user_id: int, act: Act) -> ActDone:
        return self._once("revoke", user_id, act, lambda _: self.extend(user_id, self.clock()))

    @override
    def ban(self, user_id: int, act: Ban) -> ActDone:
        def change(user: User) -> None:
            self.change(user_id, banned=act.banned, revision=user.revision + 1)

        return self._once("ban" if act.banned else "unban", user_id, act, change)

    @override
    def new_link(self, user_id: int, act: Act) -> ActDone:
        def change(user: User) -> None:
            self.new_links[user_id] = self.new_links.get(user_id, 0) + 1
            self.change(user_id, revision=user.revision + 1)

        return self._once("new_link", user_id, act, change)

    @override
    def note(self, user_id: int, act: Noted) -> ActDone:
        return self._once(act.action, user_id, act, lambda _: None)

    @override
    def audit_of(self, user_id: int) -> AuditLines:
        self._reach()
        return AuditLines(lines=self.lines.get(user_id, [])[::-1])

    @override
    def statistics(self) -> Statistics:
        self._reach()
        now, people = self.clock(), list(self.users.values())
        active = [one for one in people if one.expires_at and one.expires_at > now]
        trials = [one for one in active if one.has_trial]
        days = [_day((now - timedelta(days=ago)).date(), ago) for ago in range(30, -1, -1)]
        return Statistics(
            at=now, users=len(people), active=len(active), trials=len(trials),
            paying=len(active) - len(trials), blocked=sum(one.blocked for one in people),
            banned=sum(one.banned for one in people), took_trial=8, paid_ever=1,
            expiring_in_day=0, expiring_in_three_days=len(trials),
            revenue_today_kopecks=199_000, revenue_week_kopecks=1_234_550,
            revenue_month_kopecks=9_999_900, days=days,
            servers=[
                ServerState(
                    country=country, address=f"192.0.2.{at}:443", reachable=at > 1,
                    pending_users=0, described=True,
                )
                for at, country in enumerate(self.countries, 1)
            ],
        )  # fmt: skip

    def _once(
        self, action: str, user_id: int, act: Act, change: Callable[[User], object]
    ) -> ActDone:
        user = self.user(user_id)
        if act.key in self.done.setdefault(user_id, set()):
            return ActDone(user=user, before=None, after=user.expires_at, repeated=True)
        change(user)
        self.done[user_id].add(act.key)
        changed = self.users[user_id]
        details = act.details if isinstance(act, Noted) else {}
        self.lines.setdefault(user_id, []).append(
            AuditLine(
                at=self.clock(), action=action, caller="tg_bot", admin_id=act.admin_id,
                before={"expires_at": _told(user.expires_at)},
                after={"expires_at": _told(changed.expires_at), **details}, done=True,
            )
        )  # fmt: skip
        return ActDone(user=changed, before=user.expires_at, after=changed.expires_at)


def _day(day: date, ago: int) -> DayOfSales:
    return DayOfSales(day=day, kopecks=19_900 * (ago % 4), payments=ago % 4, new_users=ago % 5)


def _told(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
