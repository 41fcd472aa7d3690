# ruff: noqa: RUF001 -- what the service says in Russian
"""What a person understands of a message: which of the reminders it is, and what it must say."""

import math
import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tests.notices.oracle import Expected

KINDS = {
    r"Your access ends in|Ваш доступ закончится через": "soon",
    r"Your trial ends in|Пробный период закончится через": "trialEnding",
    r"Your (trial|access) ended \d|(Пробный период|Ваш доступ) закончился \d": "twoDaysAgo",
    r"Your (trial|access) has ended|(Пробный период|Ваш доступ) закончился\.": "ended",
    r"Your trial is running|Пробный период идёт, а": "trialUnused",
    r"You have paid, but|Вы оплатили доступ, но": "neverConnected",
}
KEYS = {
    "threeDays": "subEndsInThreeDays",
    "aDay": "subEndsInADay",
    "ended": "subEnded",
    "twoDaysAgo": "subEndedTwoDaysAgo",
}
SOON = ("threeDays", "aDay")
UNITS = {
    "ru": {
        "day": ("день", "дня", "дней"),
        "hour": ("час", "часа", "часов"),
        "minute": ("минуту", "минуты", "минут"),
    },
    "en": {it: (it, f"{it}s", f"{it}s") for it in ("day", "hour", "minute")},
}


def kind_of(html: str) -> str:
    [kind] = [kind for pattern, kind in KINDS.items() if re.search(pattern, html)]
    return kind


def understood_as(kind: str) -> str:
    return "soon" if kind in SOON else kind


def key_of(expected: Expected, number: int) -> str:
    """By which notify_service keeps it; needed only where nobody can know whether it was sent."""
    name = KEYS.get(expected.kind, expected.kind)
    return f"{name}:{number}:{int(expected.end.timestamp() * 1000)}"


def words_of(expected: Expected, at: datetime) -> list[str]:
    """What the message must hold: the count with its right form, and the end by his own clock."""
    language, end = expected.then.language, expected.end
    local = end.astimezone(ZoneInfo(expected.then.zone)).strftime("%H:%M")
    if expected.kind == "ended":
        return []
    if expected.kind == "twoDaysAgo":
        counted = counted_in((at - end) // timedelta(days=1), "day", language)
        return [f"{counted} назад" if language == "ru" else f"{counted} ago"]
    if expected.kind in (*SOON, "trialEnding"):
        return [("через " if language == "ru" else "in ") + left(end - at, language), local]
    return [local]


def left(time: timedelta, language: str) -> str:
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if time.total_seconds() >= length or unit == "minute":
            return counted_in(math.ceil(time.total_seconds() / length), unit, language)
    raise AssertionError(time)


def counted_in(n: int, unit: str, language: str) -> str:
    one, few, many = UNITS[language][unit]
    if language == "en":
        return f"{n} {one if n == 1 else many}"
    if n % 10 == 1 and n % 100 != 11:
        return f"{n} {one}"
    return f"{n} {few if n % 10 in (2, 3, 4) and n % 100 not in (12, 13, 14) else many}"
