# ruff: noqa: RUF001 -- what an admin writes in Russian
"""A broadcast's buttons as an admin writes them: by names, by countries, as links."""

import pytest

from models.broadcasts import BroadcastButton
from tg_bot.admin.broadcast_buttons import BadLine, TooMany, UnknownNames, read_buttons


def names(text: str) -> list[list[str]]:
    rows = read_buttons(text, lambda: {"finland", "germany"})
    return [[one.name or one.text for one in row] for row in rows]


def test_names_in_any_case_with_or_without_the_word_and_by_countries() -> None:
    assert names("Кнопки: profile myKeys support") == [["profile", "myKeys"], ["support"]]
    assert names("кнопки PROFILE, MYKEYS") == [["profile", "myKeys"]]
    assert names("connect renewsub\nsubTrial changeregion") == [
        ["connect", "renewSub"], ["subTrial", "changeRegion"],
    ]  # fmt: skip
    assert names("Buttons: Finland германия") == [["finland", "germany"]]


def test_e_with_dots_is_the_letter_without() -> None:
    assert read_buttons("Кнопки: йёмен", lambda: {"yemen"}) == [
        [BroadcastButton(name="yemen")]
    ]  # fmt: skip


@pytest.mark.parametrize("none", ["нет", "-", "Кнопки:", "Кнопки: нет", "Без кнопок", " "])
def test_no_buttons_may_be_said(none: str) -> None:
    assert names(none) == []


@pytest.mark.parametrize(
    "line",
    ["Сайт | ftp://x", "Сайт | ", " | https://x.org", "Сайт | https://", "Сайт | https://a b.org",
     "x" * 65 + " | https://x.org", "Сайт | https://[x"],
)  # fmt: skip
def test_a_line_that_is_no_link_is_told(line: str) -> None:
    with pytest.raises(BadLine):
        names(line)


def test_all_unknown_names_are_told_as_they_were_written() -> None:
    with pytest.raises(UnknownNames) as unknown:
        names("Кнопки: Foo profile\nБар")

    assert unknown.value.names == ["Foo", "Бар"]


def test_more_rows_than_telegram_shows_are_refused() -> None:
    with pytest.raises(TooMany):
        names("\n".join(["Сайт | https://x.org"] * 21))


def test_a_country_of_several_words_is_one_button() -> None:
    countries = ["united_states", "finland", "south_korea"]
    text = "Кнопки: profile Соединённые Штаты, South Korea финляндия nowhere land"
    with pytest.raises(UnknownNames) as unknown:
        read_buttons(text, lambda: countries)
    assert unknown.value.names == ["nowhere", "land"]

    rows = read_buttons(text.removesuffix(" nowhere land"), lambda: countries)
    assert [button.name for row in rows for button in row] == [
        "profile", "united_states", "south_korea", "finland",
    ]  # fmt: skip


def test_the_word_before_a_link_is_not_shown_to_readers() -> None:
    [[button]] = read_buttons("Кнопки: Наш сайт | https://example.org", list)
    assert button.text == "Наш сайт"

    [[button]] = read_buttons("Кнопка | https://example.org", list)
    assert button.text == "Кнопка"
