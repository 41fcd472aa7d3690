"""The first screen: what this is, and the menu in the person's language."""

from tg_bot import keys
from tg_bot.visit import View, Visit
from tg_bot.wording import Standing, access, standing


def open_start(visit: Visit) -> View:
    now_standing = standing(visit.user, visit.now)
    menu = keys.main(visit.t, visit.user, now_standing, visit.support_url)
    if now_standing is Standing.NEVER and not visit.user.trial_taken_at:
        return View(_welcome(visit), menu)
    hello = visit.t("👋 <b>Good to see you again!</b>")
    return View(f"{hello}\n\n{access(visit.t, visit.user, visit.now)}", menu)


def _welcome(visit: Visit) -> str:
    return visit.t(
        "👋 <b>Welcome to Keyland!</b>\n\n"
        "Fast and private internet on all your devices: one personal link opens all our servers."
        "\n\n"
        "1. Take the free trial, no card is needed.\n"
        "2. Add your link to an app: we will show you how.\n"
        "3. Use it wherever you are."
    )
