"""A user, his access and an amount of time in words, as an admin wants to read them."""

from datetime import datetime

from babel.numbers import format_decimal, format_percent

from common.i18n.texts import Html, Texts
from models.users import User
from tg_bot.wording import left

TURNS = dict.fromkeys(
    map(ord, "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
)
"""Signs that turn the direction of writing: in a name, they turn round what stands after it."""

NOTHING = "\N{EN DASH}"
PERCENT = {"ru": "#,##0.#\N{NO-BREAK SPACE}%", "en": "#,##0.#%"}


def name_of(user: User) -> str:
    """As "Аня Иванова (@anya)", or the Telegram id of who has no name."""
    name = " ".join(filter(None, [user.first_name, user.last_name]))
    name = name.translate(TURNS).strip()
    handle = f"@{user.username}" if user.username else ""
    if name and handle:
        return f"{name} ({handle})"
    return name or handle or str(user.telegram_id)


def access_of(t: Texts, user: User, now: datetime) -> Html:
    if user.expires_at is None:
        return t("⚪️ Never had access")
    until = t.moment(user.expires_at)
    if user.expires_at <= now:
        return t("⛔️ Access ended on {until}", until=until)
    time_left = left(t, user.expires_at - now)
    if user.has_trial:
        return t("🎁 Trial until {until}\n⏳ {left}", until=until, left=time_left)
    return t("✅ Access until {until}\n⏳ {left}", until=until, left=time_left)


def amount(t: Texts, months: int, days: int) -> str:
    """As "+1 month -3 days", with a real minus."""
    parts = []
    for number, words in ((months, t.months), (days, t.days)):
        if number:
            sign = "+" if number > 0 else "\N{MINUS SIGN}"
            parts.append(f"{sign}{words(abs(number))}")
    return " ".join(parts)


def number(t: Texts, n: int) -> str:
    """As "12 345"."""
    return format_decimal(n, format="#,##0", locale=t.language)


def share(t: Texts, part: int, whole: int) -> str:
    """As "12,5 %"; a dash when there is nothing to share."""
    if not whole:
        return NOTHING
    return str(format_percent(part / whole, format=PERCENT[t.language], locale=t.language))
