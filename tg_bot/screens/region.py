"""Choosing a region: in the app by the personal link, or here by the key of one region."""

from common.i18n.texts import Html, Texts
from common.telegram.keyboards import press
from models.access import Link, Links
from models.buttons import Button
from tg_bot import keys
from tg_bot.links import with_keys
from tg_bot.visit import View, Visit
from tg_bot.wording import country

MAX_KEYS = 8


def open_region(visit: Visit) -> View:
    def show(visit: Visit, links: Links) -> View:
        chosen = [one for one in links.links if one.country == visit.argument()]
        return one_region(visit.t, chosen) if chosen else all_regions(visit.t, links)

    return with_keys(visit, show)


def all_regions(t: Texts, links: Links) -> View:
    text = t(
        "🌍 <b>Regions</b>\n\n"
        "With the personal link every region is already in your app: just pick another one there."
        "\n\nIf you need the key of one region only, choose it here."
    )
    return View(text, [*keys.regions(t, links), [keys.connect(t), keys.menu(t)]])


def one_region(t: Texts, chosen: list[Link]) -> View:
    parts = [Html(f"<b>{country(t, chosen[0].country)}</b>")]
    parts += [t("<code>{key}</code>", key=one.url) for one in chosen[:MAX_KEYS]]
    parts.append(
        t.n(
            "Tap the key to copy it and add it to the app.",
            "Tap a key to copy it and add it to the app. Any of the {n} will do.",
            len(chosen[:MAX_KEYS]),
        )
    )
    others = press(t.label("🌍 Other regions"), Button.CHANGE_REGION)
    return View("\n\n".join(parts), [[others], [keys.set_up(t), keys.menu(t)]])
