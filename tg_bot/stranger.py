"""Whoever presses a key of an old message without being known to us: nothing is stored of them."""

from common.i18n.texts import Texts
from tg_bot import keys
from tg_bot.names import Name
from tg_bot.visit import View


def view(t: Texts, path: list[str]) -> View:
    """The key that deletes can be pressed again, or be repeated after a crash."""
    return deleted(t) if path[0] == Name.FORGET_ME else unknown(t)


def deleted(t: Texts) -> View:
    text = t(
        "✅ <b>Your data is deleted.</b>\n\n"
        "Thank you for having been with us. Should you want to come back, press the button: "
        "we will begin anew."
    )
    return View(text, [[keys.start(t)]], gone=True)


def unknown(t: Texts) -> View:
    text = t(
        "👋 <b>Hello!</b>\n\nThat button is from an old message, and we keep no data about you. "
        "Press the button below, and we will begin anew."
    )
    return View(text, [[keys.start(t)]])
