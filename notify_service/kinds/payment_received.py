"""paymentReceived: thanks, until when, and what to press next."""

from typing import Annotated, Literal

from pydantic import Field

from common.clock import from_milliseconds
from common.i18n.texts import Texts
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


def compose(params: PaymentReceivedParams, t: Texts, _: Circumstances) -> Message:
    return _first(params, t) if params.first else _renewal(params, t)


def _first(params: PaymentReceivedParams, t: Texts) -> Message:
    words = t(
        "✅ <b>Payment received, thank you!</b>\n\n"
        "Your access is open until {date}. Choose a region and connect: it takes a minute.",
        date=t.date(from_milliseconds(params.until_ms)),
    )
    connect = press(t.label("🔌 Connect"), Button.CONNECT, style=Style.SUCCESS)
    return Message(words, [[connect], [press(t.label("🌍 Choose a region"), Button.CHANGE_REGION)]])


def _renewal(params: PaymentReceivedParams, t: Texts) -> Message:
    words = t(
        "✅ <b>Payment received, thank you!</b>\n\n"
        "Your keys work again, there is nothing to set up. Your access is open until {date}.",
        date=t.date(from_milliseconds(params.until_ms)),
    )
    my_keys = press(t.label("🗝 My keys"), Button.MY_KEYS)
    return Message(words, [[my_keys, press(t.label("👤 Profile"), Button.PROFILE)]])


PAYMENT_RECEIVED = Kind(PaymentReceivedParams, compose, Urgency.TRANSACTION)
