"""The shop's numbers: people, money, what ends soon, servers; with a picture of 30 days."""

from common.i18n.texts import Html, Texts
from common.telegram.keyboards import Keyboard
from models.admin import Statistics
from models.servers import ServerState
from tg_bot.admin import picture, visit_keys
from tg_bot.admin.names import Item
from tg_bot.admin.visit import AdminVisit
from tg_bot.admin.visit_keys import item
from tg_bot.admin.wording import number, share
from tg_bot.visit import View
from tg_bot.wording import country

MAX_SERVERS = 30
"""A message holds 4096 characters; what is not shown here is counted."""


def open_numbers(visit: AdminVisit) -> View:
    """The numbers at once; the picture takes a second or two, and may fail."""
    t, statistics = visit.t, visit.main_api.statistics()

    def pictured() -> View | None:
        drawn = picture.of(t, statistics.days)
        return View(t("📈 The last 30 days"), _keys(t), drawn) if drawn else None

    return View(told(t, statistics), _keys(t), afterwards=pictured)


def told(t: Texts, numbers: Statistics) -> str:
    return "\n\n".join(
        [
            t("📊 <b>Numbers</b>, {at}", at=t.moment(numbers.at)),
            _people(t, numbers),
            _money(t, numbers),
            _servers(t, numbers.servers),
        ]
    )


def _people(t: Texts, numbers: Statistics) -> Html:
    return t(
        "👥 Users: <b>{users}</b> (blocked the bot: {blocked}, banned: {banned})\n"
        "✅ With access: <b>{active}</b> (paying: {paying}, on trial: {trials})\n"
        "⏳ Ends within a day: {day}, within three: {three}\n"
        "🎯 Bought after the trial: {bought} of {tried} ({share})",
        users=number(t, numbers.users),
        blocked=number(t, numbers.blocked),
        banned=number(t, numbers.banned),
        active=number(t, numbers.active),
        paying=number(t, numbers.paying),
        trials=number(t, numbers.trials),
        day=number(t, numbers.expiring_in_day),
        three=number(t, numbers.expiring_in_three_days),
        bought=number(t, numbers.paid_ever),
        tried=number(t, numbers.took_trial),
        share=share(t, numbers.paid_ever, numbers.took_trial),
    )


def _money(t: Texts, numbers: Statistics) -> Html:
    return t(
        "💰 Revenue today: <b>{today}</b>\nin 7 days: <b>{week}</b>\nin 30 days: <b>{month}</b>",
        today=t.money(numbers.revenue_today_kopecks),
        week=t.money(numbers.revenue_week_kopecks),
        month=t.money(numbers.revenue_month_kopecks),
    )


def _servers(t: Texts, servers: list[ServerState]) -> str:
    """Those with trouble first, so that none of them is among the uncounted."""
    ordered = sorted(servers, key=lambda one: (one.reachable, not one.pending_users))
    lines = [t("🌍 <b>Servers</b>"), *(_server(t, one) for one in ordered[:MAX_SERVERS])]
    if len(ordered) > MAX_SERVERS:
        lines.append(t("… and {n} more", n=len(ordered) - MAX_SERVERS))
    if not servers:
        lines.append(t("There are none."))
    return "\n".join(lines)


def _server(t: Texts, one: ServerState) -> Html:
    values = {"country": country(t, one.country), "address": one.address}
    if not one.reachable:
        return t("🔴 {country}, {address}: does not answer", **values)
    if one.pending_users:
        return t("🟡 {country}, {address}: to be told of {n}", n=one.pending_users, **values)
    return t("🟢 {country}, {address}", **values)


def _keys(t: Texts) -> Keyboard:
    return [[item(t.label("🔄 Refresh"), Item.NUMBERS), visit_keys.menu(t)]]
