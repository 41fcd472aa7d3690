"""The text forms: `tgid=46537428`, `username=e9r_3`, `months+=1`, `days+=3`, in any order."""

import re
from dataclasses import dataclass

from common.i18n.texts import Html, Texts, deferred

NAMES = "tgid|username|months|days"
BEGINS = re.compile(rf"\s*(?:{NAMES})\s*[+-]?=", re.IGNORECASE)
ENTRY = re.compile(r"(\w+)\s*(\+=|-=|=)\s*@?([+-]?\w+)")
USERNAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{3,31}")
MINUSES = str.maketrans("\N{MINUS SIGN}\N{EN DASH}\N{EM DASH}", "---")
MAX_ID = 2**53
LIMITS = {"months": 120, "days": 3660}
SAID_CHARS = 40


@dataclass(frozen=True)
class Form:
    """Whom (by one of two), and what is added; nothing added: he is to be found."""

    telegram_id: int | None = None
    username: str | None = None
    months: int = 0
    days: int = 0

    def adds(self) -> bool:
        return bool(self.months or self.days)


class BadForm(Exception):
    """What is wrong with a form: `problem` is a message for Texts, `said` is what it is about."""

    def __init__(self, problem: str, said: str = "", **values: int) -> None:
        super().__init__(problem)
        self.problem, self.said, self.values = problem, said[:SAID_CHARS], values

    def told(self, t: Texts) -> Html:
        return t(self.problem, said=self.said, **self.values)


def looks_like_form(text: str) -> bool:
    return BEGINS.match(text) is not None


def read_form(text: str, *, needs_person: bool = True) -> Form:
    """Raises BadForm: nothing is guessed."""
    entries = _entries(text.translate(MINUSES))
    form = Form(
        telegram_id=_telegram_id(entries),
        username=_username(entries),
        months=_amount(entries, "months"),
        days=_amount(entries, "days"),
    )
    if form.telegram_id is not None and form.username is not None:
        raise BadForm(deferred("Give either tgid or username, not both."))
    if needs_person and form.telegram_id is None and form.username is None:
        raise BadForm(deferred("Whose access? Add a line such as tgid=46537428 or username=e9r_3."))
    if entries.keys() & LIMITS.keys() and not form.adds():
        raise BadForm(deferred("Zero months and zero days change nothing."))
    return form


def _entries(text: str) -> dict[str, tuple[str, str]]:
    """Name -> (operator, value)."""
    entries: dict[str, tuple[str, str]] = {}
    for name, operator, value in ENTRY.findall(text):
        lowered = name.lower()
        if lowered not in NAMES.split("|"):
            raise BadForm(deferred("I do not know “{said}”: tgid, username, months, days."), name)
        if lowered in entries:
            raise BadForm(deferred("“{said}” is given twice."), name)
        entries[lowered] = operator, value
    rest = ENTRY.sub(" ", text).replace(",", " ").replace(";", " ").split()
    if rest:
        raise BadForm(deferred("I cannot read “{said}”."), " ".join(rest))
    return entries


def _telegram_id(entries: dict[str, tuple[str, str]]) -> int | None:
    if "tgid" not in entries:
        return None
    operator, value = entries["tgid"]
    if operator != "=" or not (value.isascii() and value.isdigit() and 0 < int(value) < MAX_ID):
        raise BadForm(deferred("tgid must be a Telegram id, as in tgid=46537428."), value)
    return int(value)


def _username(entries: dict[str, tuple[str, str]]) -> str | None:
    if "username" not in entries:
        return None
    operator, value = entries["username"]
    if operator != "=" or not USERNAME.fullmatch(value):
        raise BadForm(deferred("“{said}” is no username; it looks like username=e9r_3."), value)
    return value


def _amount(entries: dict[str, tuple[str, str]], name: str) -> int:
    if name not in entries:
        return 0
    operator, value = entries[name]
    if operator == "=":
        raise BadForm(deferred("Write {said}+=3 to add or {said}-=3 to take away."), name)
    digits = value.lstrip("+-")
    if not (digits.isascii() and digits.isdigit()):
        raise BadForm(deferred("“{said}” is not a whole number."), value)
    number = int(value) if len(digits) < len(str(MAX_ID)) else MAX_ID
    if abs(number) > LIMITS[name]:
        raise BadForm(deferred("{said}: at most {limit} at once."), name, limit=LIMITS[name])
    return -number if operator == "-=" else number
