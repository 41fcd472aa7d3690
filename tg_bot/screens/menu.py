"""The menu: how the access stands, and the way to everything."""

from tg_bot import keys
from tg_bot.visit import View, Visit
from tg_bot.wording import access, standing


def open_menu(visit: Visit) -> View:
    parts = [
        visit.note,
        visit.t("🏠 <b>Keyland</b>"),
        access(visit.t, visit.user, visit.now),
    ]
    now_standing = standing(visit.user, visit.now)
    return View(
        "\n\n".join(filter(None, parts)),
        keys.main(visit.t, visit.user, now_standing, visit.support_url),
    )
