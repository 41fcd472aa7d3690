"""Adds or takes access time: by a key, by the text form, or as the admin writes it for one user."""

import logging
import re
from dataclasses import replace

from pydantic import ValidationError

from common.errors import Conflict, Invalid, Unavailable
from common.i18n.texts import Html
from common.telegram.keyboards import Style
from models.admin import AddTime
from models.codes import Code
from models.users import User
from tg_bot.admin import visit_keys
from tg_bot.admin.card import show
from tg_bot.admin.find import NotFoundHere, not_found, user_of_form
from tg_bot.admin.forms import BadForm, looks_like_form, read_form
from tg_bot.admin.names import Item
from tg_bot.admin.outcome import Told, done_view
from tg_bot.admin.visit import AdminVisit, Forged
from tg_bot.admin.visit_keys import item
from tg_bot.admin.wording import access_of, amount, name_of
from tg_bot.visit import View

log = logging.getLogger(__name__)
NONCE = re.compile(r"[mr][0-9]{1,16}")
PLAIN_DAYS = re.compile(r"([+\-\N{MINUS SIGN}\N{EN DASH}\N{EM DASH}]?)\s*(\d{1,5})")


def open_add_time(visit: AdminVisit) -> View:
    visit.ask(Item.ADD_TIME)
    words = visit.t(
        "⏱ <b>Add time</b>\n\nSend who and how much, in lines of any order:\n"
        "<pre>tgid=46537428\nmonths+=1\ndays+=3</pre>\n"
        "<code>username=e9r_3</code> does as well; <code>days-=3</code> takes time away."
    )
    return View(words, [[visit_keys.cancel(visit.t)]])


def open_own_time(visit: AdminVisit) -> View:
    """Argument: our user id."""
    user = visit.main_api.user(visit.positive(0))
    visit.ask(Item.OWN_TIME, user_id=user.user_id)
    words = visit.t(
        "⏱ How much time for <b>{name}</b>?\n\n"
        "Send <code>days+=3</code>, <code>months+=1</code>, both, or a number of days. "
        "A minus takes time away.",
        name=name_of(user),
    )
    return View(words, [[visit_keys.card(visit.t, user.user_id), visit_keys.menu(visit.t)]])


def take_own_time(visit: AdminVisit) -> View:
    text = visit.text()
    plain = PLAIN_DAYS.fullmatch(text)
    try:
        form = read_form("days+=" + "".join(plain.groups()) if plain else text, needs_person=False)
        if not form.adds() or form.telegram_id is not None or form.username is not None:
            return _bad(visit, visit.t("Here only months and days are wanted, as in days+=3."))
    except BadForm as bad:
        return _bad(visit, bad.told(visit.t))
    user = visit.main_api.user(int(visit.data["user_id"]))
    return _asked_in_writing(visit, user, form.months, form.days)


def take_form(visit: AdminVisit) -> View:
    """The text form, wherever it is written; one that adds nothing asks for the card."""
    text = visit.text()
    if not looks_like_form(text):
        return _bad(
            visit, visit.t("I expected lines such as tgid=46537428 and days+=3, written by you.")
        )
    try:
        form = read_form(text)
        user = user_of_form(visit, form)
    except BadForm as bad:
        return _bad(visit, bad.told(visit.t))
    except NotFoundHere as why:
        return not_found(visit, visit.t(str(why)))
    if not form.adds():
        return show(visit, visit.main_api.card(user.user_id))
    return _asked_in_writing(visit, user, form.months, form.days)


def add_time(visit: AdminVisit) -> View:
    """Arguments: our user id, months, days, and what makes the key of this act: `m` and the number
    of the message that asked for it, or `r` and the user's revision on the card.
    """
    user_id, nonce = visit.positive(0), visit.argument(3)
    months, days = visit.number(1), visit.number(2)
    if not NONCE.fullmatch(nonce):
        raise Forged
    return _add(visit, user_id, months, days, nonce)


def _asked_in_writing(visit: AdminVisit, user: User, months: int, days: int) -> View:
    nonce = f"m{visit.written().message_id}"
    if months < 0 or days < 0:
        return _confirmation(visit, user, months, days, nonce)
    try:
        return _add(visit, user.user_id, months, days, nonce)
    except Unavailable as away:
        log.warning("an act of an admin has no answer: %s", away)
        return _unanswered(visit, user, (user.user_id, months, days, nonce))


def _unanswered(visit: AdminVisit, user: User, arguments: tuple[int, int, int, str]) -> View:
    """Written anew it would be another act; the key is the same one."""
    t = visit.t
    words = t(
        "🛠 There is no answer, so it is not clear whether the time of <b>{name}</b> has changed. "
        "Do not write it again: press the button, it adds only once.",
        name=name_of(user),
    )
    again = item(t.label("🔄 Try again"), Item.TIME_GO, *arguments, style=Style.PRIMARY)
    return View(words, [[again], [visit_keys.card(t, user.user_id), visit_keys.menu(t)]])


def _confirmation(visit: AdminVisit, user: User, months: int, days: int, nonce: str) -> View:
    t = visit.t
    words = t(
        "❓ Really change the access of <b>{name}</b> by <b>{amount}</b>?\n\n{access}",
        name=name_of(user),
        amount=amount(t, months, days),
        access=access_of(t, user, visit.now),
    )
    arguments = (user.user_id, months, days, nonce)
    yes = item(t.label("✅ Yes, change it"), Item.TIME_GO, *arguments, style=Style.DANGER)
    return View(words, [[yes], [visit_keys.card(t, user.user_id), visit_keys.cancel(t)]])


def _add(visit: AdminVisit, user_id: int, months: int, days: int, nonce: str) -> View:
    key = f"adm-{visit.admin_id}-{user_id}-{months}-{days}-{nonce}"
    try:
        act = AddTime(
            admin_id=visit.admin_id, key=key, months=months, days=days,
            seen_revision=int(nonce[1:]) if nonce.startswith("r") else None,
        )  # fmt: skip
    except ValidationError:
        raise Forged from None
    try:
        done = visit.main_api.add_time(user_id, act)
    except Invalid as refused:
        if refused.code != Code.ACCESS_TOO_LONG:
            raise
        return _too_long(visit, user_id, refused)
    except Conflict as refused:
        if refused.code != Code.CARD_STALE:
            raise
        return _stale(visit, user_id)
    visit.leave()
    return done_view(visit, done, Told.TIME, months, days)


def _too_long(visit: AdminVisit, user_id: int, refused: Invalid) -> View:
    t = visit.t
    words = t(
        "⛔️ That would be too long: access may last at most {days} from now. Nothing was changed.",
        days=t.days(int(refused.details.get("max_days", 0))),
    )
    return View(words, [[visit_keys.card(t, user_id), visit_keys.menu(t)]])


def _stale(visit: AdminVisit, user_id: int) -> View:
    words = visit.t("🕰 The access has changed since, so nothing was added. This is the card now.")
    return show(replace(visit, note=words), visit.main_api.card(user_id))


def _bad(visit: AdminVisit, words: Html) -> View:
    nothing = visit.t("Nothing was changed.")
    return View(f"❌ {words}\n\n{nothing}", [[visit_keys.cancel(visit.t)]])
