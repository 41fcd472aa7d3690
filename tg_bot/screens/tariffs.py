"""The catalogue: what it costs, to buy or to renew."""

from common.i18n.texts import Html, Texts
from common.telegram.keyboards import press
from models.tariffs import Tariff
from tg_bot import keys
from tg_bot.names import Name
from tg_bot.visit import View, Visit
from tg_bot.wording import Standing, standing


def open_tariffs(visit: Visit) -> View:
    tariffs = visit.main_api.tariffs(visit.t.language).tariffs
    on_sale = sorted((one for one in tariffs if one.is_active), key=lambda one: one.display_order)
    return catalogue(visit, on_sale) if on_sale else sold_out(visit)


def catalogue(visit: Visit, tariffs: list[Tariff]) -> View:
    t = visit.t
    parts = [_heading(t, standing(visit.user, visit.now)), *(_line(t, one) for one in tariffs)]
    choice = [
        [press(f"{one.name} · {t.money(one.price_kopecks)}", Name.PAY, one.id)] for one in tariffs
    ]
    return View("\n\n".join(parts), [*choice, [keys.menu(t)]])


def sold_out(visit: Visit) -> View:
    text = visit.t("There are no plans on sale right now. Please write to support.")
    return View(text, [[keys.support(visit.t, visit.support_url)], [keys.menu(visit.t)]])


def _heading(t: Texts, now_standing: Standing) -> Html:
    if now_standing is Standing.ACTIVE:
        return t("💳 <b>Renew</b>\n\nNew time is added to what you have: not a day is lost.")
    if now_standing is Standing.TRIAL:
        return t("💳 <b>Plans</b>\n\nPaid time begins when the trial ends: not a day is lost.")
    if now_standing is Standing.ENDED:
        return t("💳 <b>Renew</b>\n\nAfter the payment the same link works again.")
    return t("💳 <b>Plans</b>\n\nOne link opens all our servers, on all your devices.")


def _line(t: Texts, tariff: Tariff) -> Html:
    return t(
        "<b>{name}</b>: {price}\n{description}",
        name=tariff.name,
        price=t.money(tariff.price_kopecks),
        description=tariff.description,
    )
