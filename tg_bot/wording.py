"""A person's access and a server's country in words."""

import functools
import math
from datetime import datetime, timedelta
from enum import StrEnum

from babel import Locale

from common.i18n.texts import Html, Texts
from models.users import User

ALIASES = {"usa": "US", "uk": "GB", "england": "GB", "turkey": "TR", "czechia": "CZ"}
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
REGIONAL_A = 0x1F1E6  # the flag of a country is its code in regional indicator letters


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


def left(t: Texts, time: timedelta) -> Html:
    """Rounded up, as people count: a trial of three days that has just begun has 3 days left."""
    if time >= DAY:
        return t.n("{n} day left", "{n} days left", math.ceil(time / DAY))
    if time >= HOUR:
        return t.n("{n} hour left", "{n} hours left", math.ceil(time / HOUR))
    return t.n("{n} minute left", "{n} minutes left", max(math.ceil(time / MINUTE), 1))


def country(t: Texts, key: str) -> str:
    """As "🇫🇮 Финляндия" for "finland"; a key that is no country's English name stays as it is."""
    words = key.replace("_", " ").replace("-", " ")
    code = ALIASES.get(words) or _codes().get(words)
    if code is None:
        return f"🌐 {words.title()}"
    flag = "".join(chr(REGIONAL_A + ord(letter) - ord("A")) for letter in code)
    return f"{flag} {Locale(t.language).territories[code]}"


@functools.cache
def _codes() -> dict[str, str]:
    return {
        name.lower(): code
        for code, name in Locale("en").territories.items()
        if len(code) == 2 and code.isalpha()  # noqa: PLR2004 -- the others are continents
    }
