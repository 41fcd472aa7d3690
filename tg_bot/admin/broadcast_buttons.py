"""A broadcast's buttons as an admin writes them.

`Кнопки: profile myKeys support`: the bot's own by their names, and countries, in any case; or a
line each for links: `Текст | https://…`.
"""

import re
from collections.abc import Callable, Collection, Iterator
from urllib.parse import urlsplit

from common.i18n.catalogues import LANGUAGES
from common.i18n.countries import country_name
from models.broadcasts import BroadcastButton
from models.buttons import NAMED, folded

HEADERS = re.compile(r"\s*(?:кнопки|кнопка|buttons?)\s*(?::|\s|$)", re.IGNORECASE)
BEFORE_A_LINK = re.compile(r"\s*(?:кнопки|кнопка|buttons?)\s*:", re.IGNORECASE)
NONE = frozenset({"", "-", "нет", "без кнопок", "skip", "none", "no"})
IN_A_ROW = 2
WORDS_IN_A_NAME = 4  # a country's
MAX_ROWS = 20
MAX_TEXT, MAX_URL = 64, 2048
SCHEMES = ("http", "https", "tg")
Rows = list[list[BroadcastButton]]


class UnknownNames(Exception):
    """`names` as they were written."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(", ".join(names))
        self.names = names


class BadLine(Exception):
    """A line that is neither names nor a text and an address."""

    def __init__(self, line: str) -> None:
        super().__init__(line)
        self.line = line


class TooMany(Exception):
    """More rows than Telegram shows."""


def read_buttons(text: str, countries: Callable[[], Collection[str]]) -> Rows:
    """`countries` is asked only when a name is none of the bot's own. Raises UnknownNames, BadLine
    and TooMany.
    """
    if folded(HEADERS.sub("", text, count=1)) in NONE:
        return []
    rows: Rows = []
    names = _Names(countries)
    for line in filter(str.strip, text.splitlines()):
        rows += [[_link(line)]] if "|" in line else names.rows(line)
    if names.unknown:
        raise UnknownNames(names.unknown)
    if len(rows) > MAX_ROWS:
        raise TooMany
    return rows


class _Names:
    def __init__(self, countries: Callable[[], Collection[str]]) -> None:
        self._countries = countries
        self._known = {folded(name): str(name) for name in NAMED}
        self._asked = False
        self.unknown: list[str] = []

    def rows(self, line: str) -> Rows:
        words = re.split(r"[\s,;]+", HEADERS.sub("", line, count=1).strip())
        buttons = [BroadcastButton(name=name) for name in self._found(words)]
        return [buttons[at : at + IN_A_ROW] for at in range(0, len(buttons), IN_A_ROW)]

    def _found(self, words: list[str]) -> Iterator[str]:
        words = [word for word in words if word]
        while words:
            taken, name = 1, self._known.get(folded(words[0]))
            for several in range(min(WORDS_IN_A_NAME, len(words)), 0, -1):
                if not name and (name := self._country(" ".join(words[:several]))):
                    taken = several
            if name:
                yield name
            else:
                self.unknown.append(words[0])
            words = words[taken:]

    def _country(self, word: str) -> str | None:
        """By its name in our addresses or in any of our languages."""
        if not self._asked:
            self._asked = True
            for country in self._countries():
                spoken = [country, *(country_name(language, country) for language in LANGUAGES)]
                self._known |= {folded(name): country for name in spoken}
        return self._known.get(folded(word))


def _link(line: str) -> BroadcastButton:
    text, _, url = (part.strip() for part in BEFORE_A_LINK.sub("", line, count=1).partition("|"))
    try:
        parts = urlsplit(url)
        opens = parts.scheme in SCHEMES and bool(parts.hostname) and not re.search(r"\s", url)
    except ValueError:
        opens = False
    if not opens or not 0 < len(text) <= MAX_TEXT or len(url) > MAX_URL:
        raise BadLine(line.strip())
    return BroadcastButton(text=text, url=url)
