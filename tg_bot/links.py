"""A person's links for the screens that show them, or the way to get some."""

from collections.abc import Callable

from common.errors import Gone, NotFound
from common.telegram.keyboards import Style
from models.access import Links
from tg_bot import keys
from tg_bot.visit import View, Visit


def with_links(visit: Visit, show: Callable[[Visit, Links], View]) -> View:
    """Raises ServiceError for all but the two answers that belong to the person's own state."""
    try:
        links = visit.main_api.links(visit.user.user_id)
    except Gone:
        return ended(visit)
    except NotFound:
        return none_yet(visit)
    return show(visit, links)


def with_keys(visit: Visit, show: Callable[[Visit, Links], View]) -> View:
    """As with_links; a server that has not described itself yet has no key to show."""

    def shown(visit: Visit, links: Links) -> View:
        return show(visit, links) if links.links else no_keys_yet(visit)

    return with_links(visit, shown)


def no_keys_yet(visit: Visit) -> View:
    text = visit.t(
        "⏳ Your keys are being prepared. Please look in again in a minute; "
        "the personal link works already, the servers will appear in it by themselves."
    )
    return View(text, [[keys.connect(visit.t)], [keys.menu(visit.t)]])


def ended(visit: Visit) -> View:
    text = visit.t(
        "⛔️ Your access has ended.\n\nRenew it, and the same link works again: "
        "there is nothing to set up anew."
    )
    return View(text, [[keys.renew(visit.t, style=Style.PRIMARY)], [keys.menu(visit.t)]])


def none_yet(visit: Visit) -> View:
    t = visit.t
    text = t("🔑 You have no personal link yet.\n\nTake the free trial or choose a plan.")
    first = [] if visit.user.trial_taken_at else [[keys.trial(t)]]
    return View(text, [*first, [keys.tariffs(t)], [keys.menu(t)]])
