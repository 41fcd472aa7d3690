"""Every view the screens can make, by name, for any visit."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from common.i18n.texts import texts_in
from models.codes import OrderStatus
from models.payments import Payment, PaymentCreated
from models.referrals import Earned, Referrals
from models.tariffs import Tariff
from models.users import Language, User
from tests.sandbox.telegram.running import ANYA
from tests.support.clock import FakeClock
from tests.support.fake_main_api import FakeMainApi, links_of, plan
from tg_bot import stranger, trouble
from tg_bot.apps import PLATFORMS, Platform
from tg_bot.links import ended, no_keys_yet, none_yet
from tg_bot.screens import (
    connect,
    forget_me,
    invite,
    language,
    menu,
    my_keys,
    notices,
    order,
    pay,
    profile,
    qr,
    region,
    start,
    support,
    tariffs,
    trial,
)
from tg_bot.screens import help as help_screen
from tg_bot.visit import View, Visit

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
SUPPORT = "https://t.me/keyland_support"
MANY = links_of(1, tuple(f"country-{number}" for number in range(120)))
Make = Callable[[Visit], View]


def a_user(**changed: Any) -> User:
    fields = {
        "user_id": 7, "telegram_id": ANYA, "username": "a", "first_name": "<b>&", "last_name": None,
        "language": "ru", "created_at": NOW, "expires_at": None, "has_trial": False,
        "trial_taken_at": None, "blocked": False, "banned": False, "revision": 1, "pending": [],
    }  # fmt: skip
    return User.model_validate({**fields, **changed})


def a_visit(code: Language = "ru", **changed: Any) -> Visit:
    fields: dict[str, Any] = {"user": a_user(), "arguments": (), "note": ""} | changed
    return Visit(
        t=texts_in(code), now=NOW, main_api=FakeMainApi(FakeClock(NOW)), support_url=SUPPORT,
        **fields,
    )  # fmt: skip


def on(user: User, make: Make) -> Make:
    def made(visit: Visit) -> View:
        return make(a_visit(visit.t.language, user=user, arguments=visit.arguments))

    return made


NEW = a_user()
ON_TRIAL = a_user(expires_at=NOW + timedelta(days=3), has_trial=True, trial_taken_at=NOW)
PAYING = a_user(expires_at=NOW + timedelta(days=21), pending=["a", "b"])
OVER = a_user(expires_at=NOW - timedelta(days=1), trial_taken_at=NOW)


def plans(visit: Visit) -> list[Tariff]:
    return [plan(place, visit.t.language) for place in range(4)]


PLANS = plans(a_visit())


def a_payment(status: OrderStatus) -> Payment:
    return Payment(
        payment_id="o" * 22, user_id=7, tariff_id="month", amount_kopecks=19900, currency="RUB",
        status=status, created_at=NOW,
    )  # fmt: skip


INVITED = Referrals(
    link="https://t.me/keyland_bot?start=ref_abcd2345", reward_days=10, invited=1, paid=1,
    days_earned=10, latest=[Earned(state="earned", days=10, invited_at=NOW, paid_at=NOW)],
)  # fmt: skip

INVOICE = PaymentCreated(
    payment_id="o" * 22, confirmation_url="https://pay.keyland.test/pay/o", created_at=NOW,
    payment_status=OrderStatus.PENDING, status=OrderStatus.PENDING, expires_at=NOW,
)  # fmt: skip


def set_up(platform: Platform, visit: Visit) -> View:
    return help_screen.steps(visit.t, platform)


VIEWS: dict[str, Make] = {
    **{
        f"{screen} {name}": on(user, make)
        for name, user in {"new": NEW, "trial": ON_TRIAL, "paying": PAYING, "over": OVER}.items()
        for screen, make in {
            "start": start.open_start,
            "menu": menu.open_menu,
            "profile": profile.open_profile,
            "forget me": forget_me.explained,
            "tariffs": lambda visit: tariffs.catalogue(visit, plans(visit)),
            "trial refused": trial.not_again,
            "thanks": order.thanks,
        }.items()
    },
    **{
        f"order {status}": partial(order.state_of, payment=a_payment(status))
        for status in OrderStatus
    },
    **{f"help {key}": partial(set_up, one) for key, one in PLATFORMS.items()},
    "trial": lambda visit: trial.begun(visit.t, NOW),
    "connect": lambda visit: connect.personal_link(visit.t, links_of(7, ("finland", "germany"))),
    "connect, many": lambda visit: connect.personal_link(visit.t, MANY),
    "qr": lambda visit: qr.picture(visit.t, links_of(7, ())),
    "keys": lambda visit: my_keys.all_keys(visit.t, links_of(7, ("finland", "germany"))),
    "keys, many": lambda visit: my_keys.all_keys(visit.t, MANY),
    "regions": lambda visit: region.all_regions(visit.t, links_of(7, ("finland",))),
    "region": lambda visit: region.one_region(visit.t, MANY.links[:1]),
    "region, many": lambda visit: region.one_region(visit.t, MANY.links),
    "no plans": tariffs.sold_out,
    "invoice": lambda visit: pay.invoice(visit.t, plans(visit)[0], INVOICE),
    "not sold": lambda visit: pay.not_sold(visit.t),
    "no way to pay": lambda visit: pay.no_way_to_pay(visit.t, PLANS[0]),
    "no such order": order.unknown,
    "help": help_screen.choice,
    "invite": lambda visit: invite.invitation(visit.t, INVITED),
    "languages": lambda visit: language.choice(visit.t),
    "language": lambda visit: language.changed(visit, visit.t),
    "reminders": lambda visit: notices.state_of(a_user(language=visit.t.language), NOW),
    "reminders off": lambda visit: notices.state_of(
        a_user(language=visit.t.language, notices=False, time_zone="Asia/Omsk"), NOW
    ),
    "time zones": lambda visit: notices.zones(visit.t, NOW),
    "support": support.open_support,
    "ended": ended,
    "no link yet": none_yet,
    "no keys yet": no_keys_yet,
    "away": lambda visit: trouble.away(visit.t, ["pay", "month"]),
    "wrong": lambda visit: trouble.wrong(visit.t, "0123456789abcdef", SUPPORT),
    "deletion, not now": lambda visit: forget_me.not_now(visit.t),
    "deleted": lambda visit: stranger.deleted(visit.t),
    "stranger": lambda visit: stranger.unknown(visit.t),
    "banned": lambda visit: trouble.banned(visit.t, SUPPORT),
}
