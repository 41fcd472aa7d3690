"""paymentFailed: the provider has given the payment up; one press leads to another try."""

from common.i18n.texts import Texts
from common.telegram.keyboards import Style, press
from models.access import OrderId
from models.buttons import Button
from notify_service.kinds import keys
from notify_service.kinds.base import Circumstances, Kind, Message, Params, Urgency


class PaymentFailedParams(Params):
    order_id: OrderId


def compose(_params: PaymentFailedParams, t: Texts, _: Circumstances) -> Message:
    words = t(
        "😕 <b>The payment did not go through.</b>\n\n"
        "A second try usually helps. If you were charged all the same, write to support, "
        "and we will sort it out."
    )
    again = press(t.label("🔄 Try again"), Button.RENEW, style=Style.SUCCESS)
    return Message(words, [[again], [keys.support(t)]])


PAYMENT_FAILED = Kind(PaymentFailedParams, compose, Urgency.TRANSACTION)
