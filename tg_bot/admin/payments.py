"""A user's payments, newest first."""

from common.i18n.texts import Html, Texts, deferred
from models.admin import AdminPayment
from models.codes import OrderStatus
from tg_bot.admin import visit_keys
from tg_bot.admin.visit import AdminVisit
from tg_bot.admin.wording import name_of
from tg_bot.visit import View

MAX_SHOWN = 15
STATUSES = {
    OrderStatus.CREATED: deferred("⚪️ created, not offered for payment yet"),
    OrderStatus.PENDING: deferred("⏳ waits for payment"),
    OrderStatus.PAID: deferred("💰 paid, access is being added"),
    OrderStatus.GRANTED: deferred("✅ paid"),
    OrderStatus.CANCELED: deferred("✖️ canceled"),
    OrderStatus.UNDERPAID: deferred("⚠️ paid in part"),
    OrderStatus.REFUNDED: deferred("↩️ refunded"),
}


def open_payments(visit: AdminVisit) -> View:
    """Argument: our user id."""
    user = visit.main_api.user(visit.positive(0))
    found = visit.main_api.payments_of(user.user_id).payments
    t = visit.t
    parts = [t("💳 <b>Payments of {name}</b>", name=name_of(user))]
    parts += [_one(t, payment) for payment in found[:MAX_SHOWN]] or [t("There are none.")]
    if len(found) > MAX_SHOWN:
        parts.append(t("… and {n} more", n=len(found) - MAX_SHOWN))
    return View("\n\n".join(parts), [[visit_keys.card(t, user.user_id), visit_keys.menu(t)]])


def _one(t: Texts, payment: AdminPayment) -> Html:
    return t(
        "<b>{sum}</b> · {tariff} · {status}\n{at} · {provider}\n<code>{order}</code>",
        sum=t.money(payment.amount_kopecks),
        tariff=payment.tariff_id,
        status=t(STATUSES[payment.status]),
        at=t.moment(payment.paid_at or payment.created_at),
        provider=payment.provider or t("no provider yet"),
        order=payment.order_id,
    )
