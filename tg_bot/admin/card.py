"""A user's card: who, until when, what was paid, whom he brought, where he is; and what to do."""

from common.i18n.texts import Html, Texts, deferred
from common.telegram.keyboards import Key, Style
from models.admin import UserCard
from models.codes import Withheld
from models.users import User
from tg_bot.admin import presence, visit_keys
from tg_bot.admin.names import Item
from tg_bot.admin.visit import AdminVisit
from tg_bot.admin.visit_keys import item
from tg_bot.admin.wording import access_of, amount, name_of
from tg_bot.traffic import for_admins
from tg_bot.visit import View

QUICK = ((0, 3), (1, 0), (3, 0))
"""(months, days) that one press adds."""
WITHHELD = {
    Withheld.TRAFFIC: deferred("the traffic of his plan is used up"),
    Withheld.DEVICES: deferred("too many devices at once"),
}


def open_card(visit: AdminVisit) -> View:
    """Argument: our user id."""
    return show(visit, visit.main_api.card(visit.positive(0)))


def check_access(visit: AdminVisit) -> View:
    """The card, with also those servers asked that are known to be away. Argument: as above."""
    return show(visit, visit.main_api.card(visit.positive(0)), insist=True)


def show(visit: AdminVisit, card: UserCard, *, insist: bool = False) -> View:
    t = visit.t
    parts = [
        visit.note,
        _who(t, card.user),
        warnings(t, card.user),
        _access(visit, card.user),
        _payments(t, card),
        _referrals(t, card),
        for_admins(t, card.traffic) if card.traffic else "",
        presence.servers(visit, card, insist=insist),
    ]
    return View("\n\n".join(filter(None, parts)), _keyboard(t, card.user))


def _who(t: Texts, user: User) -> Html:
    return t(
        "👤 <b>{name}</b>\nTelegram <code>{telegram_id}</code> · No. <code>{user_id}</code> · "
        "{language}\nWith us since {since}",
        name=name_of(user),
        telegram_id=user.telegram_id,
        user_id=user.user_id,
        language=user.language.upper(),
        since=t.date(user.created_at),
    )


def warnings(t: Texts, user: User) -> str:
    lines = []
    if user.banned:
        lines.append(t("🚫 <b>Banned</b>"))
    if user.blocked:
        lines.append(t("🔕 Has blocked the bot"))
    if user.withheld:
        lines.append(_withheld(t, user))
    return "\n".join(lines)


def _withheld(t: Texts, user: User) -> Html:
    """By the limits that the operator lets enforce."""
    why = WITHHELD[user.withheld or Withheld.TRAFFIC]
    if user.withheld_until is None:
        return t("⏸ <b>Withheld from the servers</b>: {why}, until he buys", why=t(why))
    until = t.moment(user.withheld_until)
    return t("⏸ <b>Withheld from the servers</b>: {why}, until {until}", why=t(why), until=until)


def _access(visit: AdminVisit, user: User) -> str:
    t = visit.t
    lines = [access_of(t, user, visit.now)]
    if user.trial_taken_at:
        lines.append(t("🗓 Took the trial on {date}", date=t.date(user.trial_taken_at)))
    else:
        lines.append(t("🗓 Has not taken the trial"))
    if user.connected_at:
        lines.append(t("📶 First connected on {date}", date=t.date(user.connected_at)))
    elif user.expires_at:
        lines.append(t("📶 Has not connected yet"))
    return "\n".join(lines)


def _payments(t: Texts, card: UserCard) -> Html:
    if not card.payments:
        return t("💳 No payments")
    paid = t.n("{n} payment", "{n} payments", card.payments)
    if card.last_paid_at is None:
        return t("💳 {payments}, {sum}", payments=paid, sum=t.money(card.paid_kopecks))
    return t(
        "💳 {payments}, {sum}, the last on {date}",
        payments=paid,
        sum=t.money(card.paid_kopecks),
        date=t.date(card.last_paid_at),
    )


def _referrals(t: Texts, card: UserCard) -> str:
    lines = []
    if card.invited_by:
        lines.append(t("👥 Invited by No. <code>{user_id}</code>", user_id=card.invited_by))
    theirs = card.referrals
    if theirs.invited:
        earned = t.days(theirs.days_earned)
        lines.append(
            t(
                "👥 Invited: {invited}, of them paid: {paid}, earned: {days}",
                invited=theirs.invited,
                paid=theirs.paid,
                days=earned,
            )
        )
    return "\n".join(lines)


def _keyboard(t: Texts, user: User) -> list[list[Key]]:
    quick = [
        item(amount(t, months, days), Item.TIME_GO, user.user_id, months, days, f"r{user.revision}")
        for months, days in QUICK
    ]
    number = user.user_id
    return [
        quick,
        [
            item(t.label("⏱ Other time"), Item.OWN_TIME, number),
            item(t.label("✉️ Message"), Item.MESSAGE, number),
        ],
        [
            item(t.label("💳 Payments"), Item.PAYMENTS, number),
            item(t.label("📜 History"), Item.AUDIT, number),
        ],
        [
            item(t.label("🔑 New link"), Item.NEW_LINK, number),
            item(t.label("⛔️ Revoke"), Item.REVOKE, number, style=Style.DANGER),
        ],
        [_ban(t, user), item(t.label("🔄 Refresh"), Item.CARD, number)],
        [item(t.label("🩺 Check access"), Item.PRESENCE, number)],
        [item(t.label("🔎 Find another"), Item.FIND), visit_keys.menu(t)],
    ]


def _ban(t: Texts, user: User) -> Key:
    if user.banned:
        return item(t.label("🕊 Unban"), Item.UNBAN, user.user_id)
    return item(t.label("🚫 Ban"), Item.BAN, user.user_id, style=Style.DANGER)
