"""Finds a user by tgid=…, username=…, @name, a number, or a message of his that was forwarded."""

import re
from typing import Any

from telebot import types

from common.errors import NotFound
from common.i18n.texts import Html, deferred
from models.users import User
from tg_bot.admin import visit_keys
from tg_bot.admin.card import show
from tg_bot.admin.forms import MAX_ID, USERNAME, BadForm, Form, looks_like_form, read_form
from tg_bot.admin.names import Item
from tg_bot.admin.visit import AdminVisit
from tg_bot.visit import View

LINK = re.compile(r"(?:https?://)?(?:t|telegram)\.me/", re.IGNORECASE)


class NotFoundHere(Exception):
    """Nobody is meant by that; the text is a message for Texts."""


def open_find(visit: AdminVisit) -> View:
    visit.ask(Item.FIND)
    words = visit.t(
        "🔎 <b>Find a user</b>\n\nSend one of these:\n"
        "• <code>tgid=98472894</code> or <code>username=e9r_3</code>\n"
        "• <code>@name</code>\n"
        "• a number: a Telegram id, or our own number of the user\n"
        "• a forwarded message of his"
    )
    return View(words, [[visit_keys.cancel(visit.t)]])


def take_find(visit: AdminVisit) -> View:
    """It goes on being asked: several can be looked for one after the other."""
    try:
        user = _meant(visit)
    except BadForm as bad:
        return not_found(visit, bad.told(visit.t))
    except NotFoundHere as why:
        return not_found(visit, visit.t(str(why)))
    return show(visit, visit.main_api.card(user.user_id))


def user_of_form(visit: AdminVisit, form: Form) -> User:
    """Raises NotFoundHere."""
    if form.username is not None:
        return _by_username(visit, form.username)
    try:
        return visit.main_api.user_by_telegram(form.telegram_id or 0)
    except NotFound:
        raise NotFoundHere(NO_SUCH) from None


def not_found(visit: AdminVisit, words: Html) -> View:
    return View(words, [[visit_keys.find(visit.t), visit_keys.menu(visit.t)]])


NO_SUCH = deferred("🤷 There is no such user. Maybe he has never started the bot.")
HIDDEN = deferred(
    "🙈 The author of this message hides who he is from forwarded messages. "
    "Ask him for his @name or for his id."
)
NO_PERSON = deferred("🤷 This message was not written by a person.")
UNREADABLE = deferred(
    "🤷 I cannot tell who is meant. Send an id, a @name, or forward a message of his."
)


def _meant(visit: AdminVisit) -> User:
    """Raises BadForm and NotFoundHere."""
    origin: Any = visit.written().forward_origin
    if origin is not None:
        return _author(visit, origin)
    text = visit.text()
    if looks_like_form(text):
        return user_of_form(visit, read_form(text))
    if text.isascii() and text.isdigit():
        return _by_number(visit, int(text))
    name = LINK.sub("", text).removeprefix("@")
    if not USERNAME.fullmatch(name):
        raise NotFoundHere(UNREADABLE)
    return _by_username(visit, name)


def _author(visit: AdminVisit, origin: Any) -> User:
    if isinstance(origin, types.MessageOriginHiddenUser):
        raise NotFoundHere(HIDDEN)
    if not isinstance(origin, types.MessageOriginUser) or origin.sender_user.is_bot:
        raise NotFoundHere(NO_PERSON)
    return user_of_form(visit, Form(telegram_id=origin.sender_user.id))


def _by_number(visit: AdminVisit, number: int) -> User:
    """A Telegram id first: it is what one usually has."""
    if not 0 < number < MAX_ID:
        raise NotFoundHere(NO_SUCH)
    try:
        return visit.main_api.user_by_telegram(number)
    except NotFound:
        pass
    try:
        return visit.main_api.user(number)
    except NotFound:
        raise NotFoundHere(NO_SUCH) from None


def _by_username(visit: AdminVisit, name: str) -> User:
    try:
        return visit.main_api.user_by_username(name)
    except NotFound:
        raise NotFoundHere(NO_SUCH) from None
