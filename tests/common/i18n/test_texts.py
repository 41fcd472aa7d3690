"""How a text comes out: plurals, money, dates, and what people wrote made harmless."""

from datetime import UTC, datetime

import pytest

from common.i18n.catalogues import language_of
from common.i18n.texts import texts_in

RU, EN = texts_in("ru"), texts_in("en")


@pytest.mark.parametrize(
    ("n", "russian", "english"),
    [
        (1, "1 день", "1 day"), (2, "2 дня", "2 days"), (5, "5 дней", "5 days"),
        (11, "11 дней", "11 days"), (21, "21 день", "21 days"), (22, "22 дня", "22 days"),
        (111, "111 дней", "111 days"), (0, "0 дней", "0 days"),
    ],
)  # fmt: skip
def test_days_take_the_form_that_the_number_wants(n: int, russian: str, english: str) -> None:
    assert (RU.days(n), EN.days(n)) == (russian, english)


def test_months_too() -> None:
    assert [RU.months(n) for n in (1, 3, 12)] == ["1 месяц", "3 месяца", "12 месяцев"]


@pytest.mark.parametrize(
    ("kopecks", "russian", "english"),
    [
        (19_900, "199_₽", "199_₽"),
        (199_000, "1_990_₽", "1,990_₽"),
        (9_950, "99,50_₽", "99.50_₽"),
        (0, "0_₽", "0_₽"),
        (5, "0,05_₽", "0.05_₽"),
        (10**12 + 1, "10_000_000_000,01_₽", "10,000,000,000.01_₽"),
    ],
)
def test_money_is_told_in_roubles(kopecks: int, russian: str, english: str) -> None:
    """`_` stands for the no-break space."""
    assert RU.money(kopecks) == russian.replace("_", "\N{NO-BREAK SPACE}")
    assert EN.money(kopecks) == english.replace("_", "\N{NO-BREAK SPACE}")


def test_days_begin_at_midnight_in_moscow() -> None:
    late = datetime(2026, 11, 21, 21, 30, tzinfo=UTC)

    assert (RU.date(late), EN.date(late)) == ("22 ноября 2026", "22 November 2026")
    assert RU.moment(late) == "22 ноября 2026, 00:30 МСК"  # noqa: RUF001 -- Russian
    assert EN.moment(late) == "22 November 2026, 00:30 MSK"


@pytest.mark.parametrize(
    ("zone", "told"),
    [
        ("Europe/Moscow", "22 November 2026, 00:30 MSK"),
        ("Asia/Yekaterinburg", "22 November 2026, 02:30 (UTC+5)"),
        ("America/St_Johns", "21 November 2026, 18:00 (UTC-3:30)"),
        ("Europe/London", "21 November 2026, 21:30 (UTC)"),
        ("No/Such", "22 November 2026, 00:30 (UTC+3)"),
    ],
)
def test_moments_are_told_by_the_readers_own_clock(zone: str, told: str) -> None:
    late = datetime(2026, 11, 21, 21, 30, tzinfo=UTC)

    assert texts_in("en", zone).moment(late) == told
    assert texts_in("en", zone).second(late) == told.rpartition(", ")[2].replace(" ", ":00 ")


def test_values_are_escaped_once() -> None:
    name = '<a href="x">&'

    inner = EN("<b>{name}</b>", name=name)

    assert inner == "<b>&lt;a href=&quot;x&quot;&gt;&amp;</b>"
    assert EN("<i>{inner}</i>", inner=inner) == f"<i>{inner}</i>"
    assert EN.n("{n} <b>{x}</b>", "{n} <b>{x}</b>s", 2, x="<") == "2 <b>&lt;</b>s"


def test_buttons_and_toasts_are_plain() -> None:
    assert EN.label("{x} & co", x="<you>") == EN.plain("{x} & co", x="<you>") == "<you> & co"


def test_a_text_without_a_translation_is_english() -> None:
    assert RU("Nobody ever translated {this}", this="it") == "Nobody ever translated it"


@pytest.mark.parametrize(
    ("code", "language"),
    [
        ("ru", "ru"), ("en", "en"), ("en-US", "en"), ("RU", "ru"), (None, "ru"), ("", "ru"),
        ("uk", "ru"), ("enm", "ru"),
    ],
)  # fmt: skip
def test_a_code_of_telegram_leads_to_a_language_of_ours(code: str | None, language: str) -> None:
    assert language_of(code) == language
