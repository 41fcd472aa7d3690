"""paymentUnderpaid: less money came than the plan costs, so nothing was opened."""

from common.i18n.texts import Texts
from common.telegram.keyboards import press
from models.access import OrderId
from models.buttons import Button
from notify_service.kinds.base import Circumstances, Kind, Kopecks, Message, Params, Urgency


class PaymentUnderpaidParams(Params):
    order_id: OrderId
    paid_kopecks: Kopecks
    price_kopecks: Kopecks


def compose(params: PaymentUnderpaidParams, t: Texts, _: Circumstances) -> Message:
    words = t(
        "⚠️ <b>The payment is not complete.</b>\n\n"
        "We have received {paid} of {price}, so your access is not open yet. Write to support: "
        "together we will add the rest or give the money back.",
        paid=t.money(params.paid_kopecks),
        price=t.money(params.price_kopecks),
    )
    return Message(words, [[press(t.label("Support"), Button.SUPPORT)]])


PAYMENT_UNDERPAID = Kind(PaymentUnderpaidParams, compose, Urgency.TRANSACTION)
