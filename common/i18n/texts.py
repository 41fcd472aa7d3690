"""The texts of one language, for whoever builds a message: `t = texts_in("ru")`, passed on.

Called by these names so that the extraction finds the texts: each is written out in the call, or in
`deferred(...)` where it stands in a table.
"""

import functools
import html
from datetime import datetime
from decimal import Decimal

from babel.dates import format_date
from babel.numbers import format_decimal

from common.i18n.catalogues import language_of, translations
from common.i18n.zones import offset_of, zone_of
from models.users import DEFAULT_ZONE, Language

NO_BREAK = "\N{NO-BREAK SPACE}"
KOPECKS = 100


class Html(str):
    """Ready for Telegram: as a value of another text it is not escaped again."""

    __slots__ = ()


def verbatim(text: str) -> Html:
    """Somebody's own words, escaped."""
    return Html(html.escape(text))


def deferred(message: str) -> str:
    """Marks a text that is translated later, by `t(TABLE[key])`."""
    return message


class Texts:
    """`{name}` in a text takes the value `name=`; in HTML texts values are escaped. Dates and
    moments are those of the zone.
    """

    def __init__(self, language: Language, zone: str = DEFAULT_ZONE) -> None:
        self.language = language
        self._zone_name, self._zone = zone, zone_of(zone)
        self._translations = translations(language)

    def __call__(self, message: str, **values: object) -> Html:
        """HTML for a message."""
        return _filled(self._translations.gettext(message), values)

    def n(self, singular: str, plural: str, n: int, **values: object) -> Html:
        """HTML in the form that the number wants; `{n}` is the number."""
        return _filled(self._translations.ngettext(singular, plural, n), {**values, "n": n})

    def label(self, message: str, **values: object) -> str:
        """Plain text of a button, at most 30 characters."""
        return self._translations.gettext(message).format(**values)

    def plain(self, message: str, **values: object) -> str:
        """Plain text where Telegram knows no HTML: a toast (at most 200 characters), a command."""
        return self._translations.gettext(message).format(**values)

    def date(self, moment: datetime) -> str:
        """As "21 ноября 2026", in the zone."""
        return format_date(moment.astimezone(self._zone), "d MMMM y", locale=self.language)

    def moment(self, moment: datetime) -> str:
        """As "21 November 2026, 15:00 MSK"; outside Moscow "… 17:00 (UTC+5)"."""
        date, time = self.date(moment), moment.astimezone(self._zone).strftime("%H:%M")
        if self._zone_name == DEFAULT_ZONE:
            return self.plain("{date}, {time} MSK", date=date, time=time)
        return f"{date}, {time} ({offset_of(moment, self._zone)})"

    def second(self, moment: datetime) -> str:
        """As "15:00:07 MSK", "17:00:07 (UTC+5)"."""
        time = moment.astimezone(self._zone).strftime("%H:%M:%S")
        if self._zone_name == DEFAULT_ZONE:
            return self.plain("{time} MSK", time=time)
        return f"{time} ({offset_of(moment, self._zone)})"

    def money(self, kopecks: int) -> str:
        """As "1 990 ₽", "99,50 ₽"; the spaces are no-break ones."""
        amount = format_decimal(
            Decimal(kopecks) / KOPECKS,
            format="#,##0" if kopecks % KOPECKS == 0 else "#,##0.00",
            locale=self.language,
        )
        return f"{amount}{NO_BREAK}₽"

    def days(self, n: int) -> Html:
        return self.n("{n} day", "{n} days", n)

    def months(self, n: int) -> Html:
        return self.n("{n} month", "{n} months", n)


def _filled(message: str, values: dict[str, object]) -> Html:
    return Html(message.format(**{name: _escaped(value) for name, value in values.items()}))


def _escaped(value: object) -> str:
    return value if isinstance(value, Html) else verbatim(str(value))


@functools.lru_cache(maxsize=1000)
def _cached(language: Language, zone: str) -> Texts:
    return Texts(language, zone)


def texts_in(language: str | None, zone: str = DEFAULT_ZONE) -> Texts:
    """The texts for a language code; Russian for a code that we do not speak."""
    return _cached(language_of(language), zone)
