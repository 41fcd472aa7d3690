"""paymentReceived: thanks, until when, and what to press next."""

from datetime import datetime, timedelta
from typing import Annotated, Literal

from dateutil.relativedelta import relativedelta
from pydantic import Field

from common.clock import from_milliseconds
from common.i18n.texts import Html, Texts
from common.telegram.keyboards import Style, press
from models.access import OrderId
from models.buttons import Button
from notify_service.kinds.base import Circumstances, Kind, Message, Milliseconds, Params, Urgency


class PaymentReceivedParams(Params):
    """`first` is 1 for a person's first purchase; `months` is 0 for a plan counted in days."""

    order_id: OrderId
    until_ms: Milliseconds
    months: Annotated[int, Field(ge=0, le=120)]
    first: Literal[0, 1]


def compose(params: PaymentReceivedParams, t: Texts, circumstances: Circumstances) -> Message:
    if params.first:
        return _first(params, t)
    my_keys = press(t.label("🗝 My keys"), Button.MY_KEYS)
    profile = press(t.label("👤 Profile"), Button.PROFILE)
    return Message(_renewed(params, t, circumstances.now), [[my_keys, profile]])


def _first(params: PaymentReceivedParams, t: Texts) -> Message:
    words = t(
        "✅ <b>Payment received, thank you!</b>\n\n"
        "Your access is open until {date}. Choose a region and connect: it takes a minute.",
        date=t.date(from_milliseconds(params.until_ms)),
    )
    connect = press(t.label("🔌 Connect"), Button.CONNECT, style=Style.SUCCESS)
    return Message(words, [[connect], [press(t.label("🌍 Choose a region"), Button.CHANGE_REGION)]])


def _renewed(params: PaymentReceivedParams, t: Texts, now: datetime) -> Html:
    until = from_milliseconds(params.until_ms)
    if _in_advance(until, params.months, now):
        return t(
            "✅ <b>Payment received, thank you!</b>\n\n"
            "Your keys keep working, there is nothing to set up. Your access is open until {date}.",
            date=t.date(until),
        )
    return t(
        "✅ <b>Payment received, thank you!</b>\n\n"
        "Your keys work again, there is nothing to set up. Your access is open until {date}.",
        date=t.date(until),
    )


def _in_advance(until: datetime, months: int, now: datetime) -> bool:
    """Whether the bought time was added to some that was left: it then ends later than it would
    have, had it begun now. Unknown for a plan in days.
    """
    fresh = max(now + relativedelta(months=months), now + timedelta(days=30 * months))
    return months > 0 and until > fresh


PAYMENT_RECEIVED = Kind(PaymentReceivedParams, compose, Urgency.TRANSACTION, dated=True)
