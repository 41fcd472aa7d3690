"""The personal link: one address that holds all servers."""

from common.i18n.texts import Texts
from common.telegram.keyboards import MAX_COPY_CHARS, Key, Style, copy, press
from models.access import Links
from models.buttons import Button
from tg_bot import keys
from tg_bot.links import with_links
from tg_bot.names import Name
from tg_bot.visit import View, Visit


def open_connect(visit: Visit) -> View:
    return with_links(visit, lambda visit, links: personal_link(visit.t, links))


def personal_link(t: Texts, links: Links) -> View:
    text = t(
        "🔌 <b>Your personal link</b>\n\n<code>{link}</code>\n\n"
        "Copy it and add it to the app: all our regions appear there by themselves.\n\n"
        "Please keep it to yourself: whoever has the link uses your access.",
        link=links.config_url,
    )
    last = [press(t.label("🗝 My keys"), Button.MY_KEYS), keys.menu(t)]
    code = press(t.label("🔳 QR code"), Name.QR)
    return View(
        text, [*_copy(t, links.config_url), [keys.set_up(t), code], *keys.regions(t, links), last]
    )


def _copy(t: Texts, link: str) -> list[list[Key]]:
    """A longer link can still be copied by a tap on it."""
    if len(link) > MAX_COPY_CHARS:
        return []
    return [[copy(t.label("📋 Copy the link"), link, style=Style.PRIMARY)]]
