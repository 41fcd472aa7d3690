"""The way to a living person."""

from tg_bot import keys
from tg_bot.visit import View, Visit


def open_support(visit: Visit) -> View:
    text = visit.t(
        "💬 <b>We are here to help</b>\n\nWrite to us, we usually answer within an hour. "
        "Please name your number: <code>{number}</code>",
        number=visit.user.user_id,
    )
    return View(text, [[keys.support(visit.t, visit.support_url)], [keys.menu(visit.t)]])
