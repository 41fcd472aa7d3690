"""paymentRefunded: the money goes back; how long access stays open now."""

from common.clock import from_milliseconds
from common.i18n.texts import Html, Texts
from models.access import OrderId
from notify_service.kinds import keys
from notify_service.kinds.base import Circumstances, Kind, Message, Milliseconds, Params, Urgency


class PaymentRefundedParams(Params):
    """`until_ms` is the end of access after the refund; one that has passed closes it."""

    order_id: OrderId
    until_ms: Milliseconds


def compose(params: PaymentRefundedParams, t: Texts, circumstances: Circumstances) -> Message:
    return Message(_words(params, t, circumstances), [[keys.renew(t)], [keys.support(t)]])


def _words(params: PaymentRefundedParams, t: Texts, circumstances: Circumstances) -> Html:
    until = from_milliseconds(params.until_ms)
    if until <= circumstances.now:
        return t(
            "↩️ <b>Your payment has been refunded.</b>\n\n"
            "The money usually arrives within a few days. Your access is closed; "
            "we will be glad to see you again."
        )
    return t(
        "↩️ <b>Your payment has been refunded.</b>\n\n"
        "The money usually arrives within a few days. Your access is open until {date}.",
        date=t.date(until),
    )


PAYMENT_REFUNDED = Kind(PaymentRefundedParams, compose, Urgency.TRANSACTION, dated=True)
