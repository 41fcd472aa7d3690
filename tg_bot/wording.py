"""A person's access and a server's country in words."""

import math
from datetime import datetime, timedelta
from enum import StrEnum

from common.i18n.countries import country_label
from common.i18n.texts import Html, Texts
from models.codes import Withheld
from models.users import User

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


class Standing(StrEnum):
    NEVER = "never"
    TRIAL = "trial"
    ACTIVE = "active"
    ENDED = "ended"


def standing(user: User, now: datetime) -> Standing:
    if user.expires_at is None:
        return Standing.NEVER
    if user.expires_at <= now:
        return Standing.ENDED
    return Standing.TRIAL if user.has_trial else Standing.ACTIVE


def access(t: Texts, user: User, now: datetime) -> Html:
    """One or two lines: is there access, until when, how long is that."""
    if user.expires_at is None:
        return t("You have no access yet.")
    until = t.moment(user.expires_at)
    if user.expires_at <= now:
        return t("⛔️ Your access ended on {until}.", until=until)
    time_left = left(t, user.expires_at - now)
    if user.has_trial:
        return t("🎁 Free trial until {until}\n⏳ {left}", until=until, left=time_left)
    return t("✅ Access until {until}\n⏳ {left}", until=until, left=time_left)


def withheld(t: Texts, user: User) -> Html:
    """Of whom no server lets in though he has access: why, and until when."""
    if user.withheld == Withheld.DEVICES:
        until = t.moment(user.withheld_until) if user.withheld_until else ""
        return t("⏸ Paused until {until}: too many devices were connected at once.", until=until)
    if user.withheld_until is None:
        return t("⏸ Paused: the traffic of your plan is used up. Renew it to go on at once.")
    return t(
        "⏸ Paused until {until}: the traffic of your plan is used up. Renew it to go on at once.",
        until=t.moment(user.withheld_until),
    )


def left(t: Texts, time: timedelta) -> Html:
    """Rounded up, as people count: a trial of three days that has just begun has 3 days left."""
    if time >= DAY:
        return t.n("{n} day left", "{n} days left", math.ceil(time / DAY))
    if time >= HOUR:
        return t.n("{n} hour left", "{n} hours left", math.ceil(time / HOUR))
    return t.n("{n} minute left", "{n} minutes left", max(math.ceil(time / MINUTE), 1))


def country(t: Texts, key: str) -> str:
    """As "🇫🇮 Финляндия" for "finland"."""
    return country_label(t.language, key)
