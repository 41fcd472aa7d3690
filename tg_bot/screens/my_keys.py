"""All keys of a person: one a server, to copy by a tap."""

from collections.abc import Iterable

from common.i18n.texts import Html, Texts
from models.access import Link, Links
from tg_bot import keys
from tg_bot.links import with_keys
from tg_bot.visit import View, Visit
from tg_bot.wording import country

MAX_CHARS = 3500
"""Of Telegram's 4096, with the heading and the longest translation in mind."""


def open_my_keys(visit: Visit) -> View:
    return with_keys(visit, lambda visit, links: all_keys(visit.t, links))


def all_keys(t: Texts, links: Links) -> View:
    shown = list(_fitting(t, links.links))
    parts = [t("🗝 <b>Your keys</b>\n\nTap a key to copy it."), *shown]
    if len(shown) < len(links.links):
        parts.append(t("The other keys are under their regions."))
    parts.append(t("The personal link under “Connect” holds all of them at once."))
    return View("\n\n".join(parts), [*keys.regions(t, links), [keys.connect(t), keys.menu(t)]])


def _fitting(t: Texts, links: Iterable[Link]) -> Iterable[Html]:
    room = MAX_CHARS
    for one in links:
        name = country(t, one.country)
        room -= len(name) + len(one.url) + 4
        if room < 0:
            return
        yield t("{name}\n<code>{key}</code>", name=name, key=one.url)
