"""An order for one tariff and the way to pay it."""

import hashlib

from common.errors import ServiceError, Unavailable
from common.i18n.texts import Texts
from common.telegram.keyboards import Key, Style, link, press
from models.buttons import Button
from models.codes import Code
from models.payments import CreatePaymentRequest, PaymentCreated
from models.tariffs import Tariff
from models.users import User
from tg_bot import keys
from tg_bot.names import Name
from tg_bot.visit import View, Visit


def open_pay(visit: Visit) -> View:
    tariffs = visit.main_api.tariffs(visit.t.language).tariffs
    chosen = [one for one in tariffs if one.id == visit.argument() and one.is_active]
    if not chosen:
        return not_sold(visit.t)
    try:
        order = visit.main_api.create_payment(
            CreatePaymentRequest(
                user_id=visit.user.user_id,
                tariff_id=chosen[0].id,
                request_key=request_key(visit.user, chosen[0]),
            )
        )
    except Unavailable:
        return no_way_to_pay(visit.t, chosen[0])
    except ServiceError as refused:
        return _refused(visit, refused)
    return invoice(visit.t, chosen[0], order)


def request_key(user: User, tariff: Tariff) -> str:
    """The same until the order is paid, since that makes a new revision of the user: pressing the
    key again, now or after a crash, comes to the same open order.
    """
    named = f"{user.user_id}:{tariff.id}:{tariff.price_kopecks}:{user.revision}"
    return hashlib.sha256(named.encode()).hexdigest()[:32]


def invoice(t: Texts, tariff: Tariff, order: PaymentCreated) -> View:
    price = t.money(tariff.price_kopecks)
    text = t(
        "💳 <b>{name}</b>\n\nTo pay: <b>{price}</b>\n\n"
        "Open the payment page and pay in the way you like. The access is added by itself, "
        "usually within a minute, and we will write to you here.",
        name=tariff.name,
        price=price,
    )
    pay = link(t.label("Pay {price}", price=price), order.confirmation_url, style=Style.SUCCESS)
    paid = press(t.label("✅ I have paid"), Name.ORDER, order.payment_id)
    return View(text, [[pay], [paid], [_plans(t), keys.menu(t)]])


def not_sold(t: Texts) -> View:
    text = t("This plan is no longer sold. Please choose another one.")
    return View(text, [[keys.tariffs(t)], [keys.menu(t)]])


def no_way_to_pay(t: Texts, tariff: Tariff) -> View:
    text = t(
        "🛠 The payment service does not answer right now. Nothing has been charged.\n\n"
        "Please try again in a minute."
    )
    again = press(t.label("🔄 Try again"), Name.PAY, tariff.id, style=Style.PRIMARY)
    return View(text, [[again], [_plans(t), keys.menu(t)]])


def _refused(visit: Visit, refused: ServiceError) -> View:
    if refused.code == Code.NO_SUCH_TARIFF:
        return not_sold(visit.t)
    if refused.code != Code.ACCESS_TOO_LONG:
        raise refused
    text = visit.t(
        "You already have access for a very long time, and this plan would go beyond the longest "
        "one we give. Thank you for your trust! Come back later."
    )
    return View(text, [[keys.menu(visit.t)]])


def _plans(t: Texts) -> Key:
    return press(t.label("← Plans"), Button.RENEW)
