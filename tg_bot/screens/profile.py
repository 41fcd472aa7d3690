"""The profile: until when, how long that is, and the number that support asks for."""

from common.errors import ServiceError
from tg_bot import keys
from tg_bot.traffic import used_of_limits
from tg_bot.visit import View, Visit
from tg_bot.wording import Standing, access, standing, withheld


def open_profile(visit: Visit) -> View:
    t, user = visit.t, visit.user
    parts = [
        t("👤 <b>Your profile</b>"),
        access(t, user, visit.now),
        _withheld(visit),
        _limits(visit),
        t("Your number for support: <code>{number}</code>", number=user.user_id),
    ]
    now_standing = standing(user, visit.now)
    if user.pending and now_standing in (Standing.TRIAL, Standing.ACTIVE):
        parts.append(
            t.n(
                "⏳ {n} server is still getting ready for you; it will start by itself.",
                "⏳ {n} servers are still getting ready for you; they will start by themselves.",
                len(user.pending),
            )
        )
    bought_nothing = now_standing in (Standing.NEVER, Standing.TRIAL)
    first = keys.tariffs(t) if bought_nothing else keys.renew(t)
    rows = [
        [first],
        [keys.reminders(t), keys.language(t)],
        [keys.forget_me(t), keys.menu(t)],
    ]
    return View("\n\n".join(filter(None, parts)), rows)


def _withheld(visit: Visit) -> str:
    """Why no server lets him in though he has access."""
    t, user = visit.t, visit.user
    if user.withheld is None or standing(user, visit.now) is not Standing.ACTIVE:
        return ""
    return withheld(t, user)


def _limits(visit: Visit) -> str:
    """Only a tariff has them, so nobody else costs a question. The rest is shown without them when
    they cannot be told.
    """
    if not visit.user.ever_paid or visit.user.has_trial:
        return ""
    try:
        usage = visit.main_api.limited_usage(visit.user.user_id)
    except ServiceError:
        return ""
    return used_of_limits(visit.t, usage) if usage else ""
