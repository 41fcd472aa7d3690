"""Deletion of one's own data: what goes, what stays, and a second key to confirm."""

from common.errors import Conflict, NotFound
from common.i18n.texts import Html, Texts
from common.telegram.keyboards import Style, press
from models.codes import Code
from tg_bot import keys, stranger
from tg_bot.names import Name
from tg_bot.visit import View, Visit
from tg_bot.wording import Standing, standing

YES = "yes"


def open_forget_me(visit: Visit) -> View:
    """The number in the key: one from before an earlier deletion deletes nobody."""
    if visit.arguments == (YES, str(visit.user.user_id)):
        return _deleted(visit)
    return explained(visit)


def _deleted(visit: Visit) -> View:
    try:
        visit.main_api.delete_me(visit.user.user_id)
    except NotFound:
        pass  # it was pressed twice, and the first press has done it
    except Conflict as refused:
        if refused.code != Code.PAYMENT_IN_WORK:
            raise
        return not_now(visit.t)
    return stranger.deleted(visit.t)


def explained(visit: Visit) -> View:
    t = visit.t
    parts = [
        t("🗑 <b>Delete my data</b>"),
        t(
            "<b>What goes at once:</b> your name, username and Telegram id, your personal link and "
            "your keys on all servers, your invitation link, reminders and settings."
        ),
        _what_is_lost(visit),
        t(
            "<b>What stays:</b> records of payments, for 5 years and under a number only, as "
            "bookkeeping asks; and for a year a mark made of your Telegram id from which the id "
            "cannot be told, so that the free trial stays one a person."
        ),
        t(
            "If a payment page is still open, please do not pay there any more. "
            "Deletion cannot be undone."
        ),
    ]
    yes = press(
        t.label("🗑 Yes, delete everything"),
        Name.FORGET_ME,
        YES,
        visit.user.user_id,
        style=Style.DANGER,
    )
    return View("\n\n".join(filter(None, parts)), [[yes], [keys.menu(t)]])


def _what_is_lost(visit: Visit) -> Html | str:
    if standing(visit.user, visit.now) not in (Standing.TRIAL, Standing.ACTIVE):
        return ""
    assert visit.user.expires_at is not None
    until = visit.t.moment(visit.user.expires_at)
    return visit.t(
        "⚠️ Your access until {until} ends at once, and what is left is lost.", until=until
    )


def not_now(t: Texts) -> View:
    text = t(
        "💳 A payment of yours is being taken at this very moment, so nothing was deleted. "
        "Please try again in a minute."
    )
    return View(text, [[keys.forget_me(t)], [keys.menu(t)]])
