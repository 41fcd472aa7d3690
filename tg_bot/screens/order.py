"""Back from the payment page: thanks, or how the payment stands."""

from common.errors import NotFound
from common.i18n.texts import Html
from common.telegram.keyboards import Key, Keyboard, Style, press
from models.buttons import Button
from models.codes import OrderStatus
from models.payments import Payment
from tg_bot import keys
from tg_bot.names import Name
from tg_bot.visit import View, Visit


def open_order(visit: Visit) -> View:
    """Anybody can send any order's number, so whose it is gets checked."""
    try:
        payment = visit.main_api.payment(visit.argument())
    except NotFound:
        return unknown(visit)
    if payment.user_id != visit.user.user_id:
        return unknown(visit)
    return state_of(visit, payment)


def state_of(visit: Visit, payment: Payment) -> View:
    t, status = visit.t, payment.status
    if status is OrderStatus.GRANTED:
        return thanks(visit)
    if status is OrderStatus.PAID:
        said = t("✅ Your payment has come. We are adding the access, one moment more.")
    elif status is OrderStatus.CANCELED:
        said = t("The payment was canceled, nothing has been charged.")
    elif status is OrderStatus.UNDERPAID:
        said = t("Less has come than the plan costs. Please write to support, we will sort it out.")
    elif status is OrderStatus.REFUNDED:
        said = t("The money for this order has been returned.")
    else:
        said = t("⏳ The payment has not come yet. It usually takes less than a minute.")
    return View(_checked(visit, said), _ways_on(visit, payment))


def thanks(visit: Visit) -> View:
    t, until = visit.t, visit.user.expires_at
    parts = [t("🎉 <b>Thank you! The payment has come.</b>")]
    if until:
        parts.append(t("Your access lasts until {until}.", until=t.moment(until)))
    parts.append(t("If a device is set up already, there is nothing more to do."))
    return View("\n\n".join(parts), [[keys.connect(t)], [keys.set_up(t), keys.menu(t)]])


def unknown(visit: Visit) -> View:
    text = visit.t("There is no such order. Please choose a plan again.")
    return View(text, [[keys.tariffs(visit.t)], [keys.menu(visit.t)]])


def _checked(visit: Visit, said: Html) -> str:
    """With the time of the look, so that a second look at the same is seen to have happened."""
    return said + "\n\n" + visit.t("<i>Checked at {at}</i>", at=visit.t.second(visit.now))


def _ways_on(visit: Visit, payment: Payment) -> Keyboard:
    t = visit.t
    last = [keys.support(t, visit.support_url), keys.menu(t)]
    if payment.status is OrderStatus.PAID:
        return [[_check(visit, payment)], last]
    if payment.status in (OrderStatus.CREATED, OrderStatus.PENDING):
        pay = press(t.label("💳 Back to the payment"), Name.PAY, payment.tariff_id)
        return [[_check(visit, payment)], [pay], last]
    if payment.status is OrderStatus.CANCELED:
        pay = press(t.label("🔄 Try again"), Name.PAY, payment.tariff_id, style=Style.PRIMARY)
        return [[pay], [press(t.label("← Plans"), Button.RENEW)], last]
    return [last]


def _check(visit: Visit, payment: Payment) -> Key:
    return press(
        visit.t.label("🔄 Check again"), Name.ORDER, payment.payment_id, style=Style.PRIMARY
    )
