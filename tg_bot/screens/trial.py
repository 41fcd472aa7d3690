"""The free trial: taken by one press, once a person."""

from datetime import datetime

from common.errors import Conflict
from common.i18n.texts import Texts
from common.telegram.keyboards import Style
from models.codes import Code
from tg_bot import keys
from tg_bot.visit import View, Visit
from tg_bot.wording import Standing, standing


def open_trial(visit: Visit) -> View:
    try:
        access = visit.main_api.take_trial(visit.user.user_id)
    except Conflict as refused:
        if refused.code != Code.TRIAL_TAKEN:
            raise
        return not_again(visit)
    if access.expires_at is None:
        return not_again(visit)
    return begun(visit.t, access.expires_at)


def begun(t: Texts, until: datetime) -> View:
    text = t(
        "🎉 <b>Your free trial has begun!</b>\n\nIt lasts until {until}.\n\n"
        "One step is left: take your personal link and add it to an app. "
        "It takes about two minutes.",
        until=t.moment(until),
    )
    return View(text, [[keys.connect(t)], [keys.set_up(t), keys.menu(t)]])


def not_again(visit: Visit) -> View:
    """Pressed twice, or repeated after a crash: who is on the trial now is told just that."""
    t, user = visit.t, visit.user
    now_standing = standing(user, visit.now)
    if now_standing is Standing.TRIAL and user.expires_at:
        return begun(t, user.expires_at)
    if now_standing is Standing.ACTIVE and user.expires_at:
        text = t("✅ You already have access until {until}.", until=t.moment(user.expires_at))
        return View(text, [[keys.connect(t)], [keys.menu(t)]])
    text = t(
        "The free trial is given once, and yours is over.\n\n"
        "Choose a plan, and your link works again at once."
    )
    return View(text, [[keys.renew(t, style=Style.PRIMARY)], [keys.menu(t)]])
