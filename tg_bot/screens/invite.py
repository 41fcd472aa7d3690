"""The personal link for friends, who came by it, and what that brought."""

from collections.abc import Iterator
from urllib.parse import quote, urlencode

from common.i18n.texts import Html, Texts
from common.telegram.keyboards import Key, Style, copy, link
from models.referrals import Earned, Referrals
from tg_bot import keys
from tg_bot.visit import View, Visit

SHARING = "https://t.me/share/url"


def open_invite(visit: Visit) -> View:
    return invitation(visit.t, visit.main_api.referrals(visit.user.user_id))


def invitation(t: Texts, referrals: Referrals) -> View:
    parts = [
        _promise(t, referrals.reward_days),
        t("Your link:\n<code>{link}</code>", link=referrals.link),
        "\n".join(_numbers(t, referrals)),
        "\n".join(_history(t, one) for one in referrals.latest),
    ]
    copied = copy(t.label("📋 Copy the link"), referrals.link, style=Style.PRIMARY)
    return View("\n\n".join(filter(None, parts)), [[copied], [_share(t, referrals), keys.menu(t)]])


def _share(t: Texts, referrals: Referrals) -> Key:
    words = t.plain("I use Keyland, and it simply works. Try it for free by my link:")
    # with %20 for a space: Telegram's apps show a "+" as it is
    query = urlencode({"url": referrals.link, "text": words}, quote_via=quote)
    return link(t.label("📤 Share"), f"{SHARING}?{query}")


def _promise(t: Texts, days: int) -> Html:
    if not days:
        return t("🎁 <b>Invite a friend</b>\n\nHere is your personal link for friends.")
    return t.n(
        "🎁 <b>Invite a friend</b>\n\n"
        "When somebody new comes by your link and pays for the first time, you get {n} day.",
        "🎁 <b>Invite a friend</b>\n\n"
        "When somebody new comes by your link and pays for the first time, you get {n} days.",
        days,
    )


def _numbers(t: Texts, referrals: Referrals) -> Iterator[Html]:
    if not referrals.invited:
        yield t("Nobody has come by it yet.")
        return
    yield t("👥 Came by your link: {n}", n=referrals.invited)
    yield t("💳 Of them have paid: {n}", n=referrals.paid)
    if referrals.days_earned or referrals.reward_days:
        yield t("🎁 Earned: {days}", days=t.days(referrals.days_earned))


def _history(t: Texts, one: Earned) -> Html:
    """What happened when; the days that were taken back are struck out."""
    date = t.date(one.paid_at or one.invited_at)
    if one.state == "invited":
        return t("{date}: a friend came by your link", date=date)
    if one.state == "taken_back" and not one.days:
        return t("{date}: a friend got the money back", date=date)
    if one.state == "taken_back":
        struck = t("<s>+{days}</s>", days=t.days(one.days))
        return t("{days}, {date}: a friend got the money back", days=struck, date=date)
    if not one.days:
        return t("{date}: a friend paid", date=date)
    if one.state == "owed":
        return t(
            "+{days}, {date}: a friend paid, just being added", days=t.days(one.days), date=date
        )
    return t("+{days}, {date}: a friend paid", days=t.days(one.days), date=date)
