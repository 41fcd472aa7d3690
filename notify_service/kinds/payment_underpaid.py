"""paymentUnderpaid: less money came than the plan costs, so nothing was opened."""

from common.i18n.texts import Texts
from models.access import OrderId
from notify_service.kinds import keys
from notify_service.kinds.base import Circumstances, Kind, Kopecks, Message, Params, Urgency


class PaymentUnderpaidParams(Params):
    order_id: OrderId
    paid_kopecks: Kopecks
    price_kopecks: Kopecks


def compose(params: PaymentUnderpaidParams, t: Texts, _: Circumstances) -> Message:
    words = t(
        "⚠️ <b>The payment is not complete.</b>\n\n"
        "We have received {paid} of {price}, so your plan has not started yet. Write to support: "
        "together we will add the rest or give the money back.",
        paid=t.money(params.paid_kopecks),
        price=t.money(params.price_kopecks),
    )
    return Message(words, [[keys.support(t)]])


PAYMENT_UNDERPAID = Kind(PaymentUnderpaidParams, compose, Urgency.TRANSACTION)
