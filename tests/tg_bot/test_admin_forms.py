# ruff: noqa: RUF001 -- what people write
"""The text forms of the paper: any order, any spacing, and every mistake told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.i18n.texts import texts_in
from tg_bot.admin.forms import BadForm, Form, looks_like_form, read_form

SPACES = st.sampled_from(["", " ", "  ", "\t"])


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("tgid=46537428\nmonths+=1\ndays+=3", Form(46537428, months=1, days=3)),
        ("username=e9r_3\nmonths+=1", Form(username="e9r_3", months=1)),
        ("tgid=98472894", Form(98472894)),
        ("username=e9r_3", Form(username="e9r_3")),
        ("  Days += 3 \n\n TGID = 46537428  ", Form(46537428, days=3)),
        ("username=@e9r_3\ndays+=-3", Form(username="e9r_3", days=-3)),
        ("tgid=1 days-=3 months+=1", Form(1, months=1, days=-3)),
        ("tgid=1\ndays+=−3", Form(1, days=-3)),
        ("tgid=1\r\ndays+=0\r\nmonths+=2", Form(1, months=2)),
    ],
)
def test_the_papers_forms_are_read(text: str, form: Form) -> None:
    assert looks_like_form(text)
    assert read_form(text) == form


@given(
    st.permutations(["tgid", "months", "days"]),
    st.lists(SPACES, min_size=9, max_size=9),
    st.integers(-120, 120),
    st.integers(-3660, 3660).filter(bool),
)
def test_order_and_spacing_do_not_matter(
    names: list[str], spaces: list[str], months: int, days: int
) -> None:
    values = {"tgid": "=46537428", "months": f"+={months}", "days": f"+={days}"}
    lines = [
        f"{spaces[at]}{name}{spaces[at + 3]}{values[name]}{spaces[at + 6]}"
        for at, name in enumerate(names)
    ]

    assert read_form("\n".join(lines)) == Form(46537428, months=months, days=days)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tgid=1\nusername=e9r_3\ndays+=3", "не оба сразу"),
        ("months+=1\ndays+=3", "Чей доступ?"),
        ("tgid=1\nmnths+=1", "«mnths»"),
        ("tgid=1\ndays+=3\ndays+=3", "«days» указано дважды"),
        ("tgid=1\ndays=3", "days+=3, чтобы добавить, или days-=3"),
        ("tgid=1\ndays+=x", "«x» — не целое число"),
        ("tgid=1\ndays+=1.5", ".5"),
        ("tgid=1\nmonths+=121", "не больше 120"),
        ("tgid=1\ndays+=99999999999999999999", "не больше 3660"),
        ("tgid=1\ndays+=0", "ничего не меняют"),
        ("tgid+=1\ndays+=3", "это id в Telegram"),
        ("tgid=abc\ndays+=3", "это id в Telegram"),
        ("tgid=0\ndays+=3", "это id в Telegram"),
        ("tgid=9007199254740992\ndays+=3", "это id в Telegram"),
        ("username=e9\ndays+=3", "не похоже на имя"),
        ("tgid=1\ndays+=3\nplease", "разобрать «please»"),
        ("tgid=\ndays+=3", "«days» указано дважды|разобрать|это id"),
    ],
)
def test_every_mistake_is_told_precisely(text: str, said: str) -> None:
    with pytest.raises(BadForm) as caught:
        read_form(text)

    told = caught.value.told(texts_in("ru"))
    assert any(part in told for part in said.split("|")), told


@given(st.text())
def test_any_text_at_all_is_read_or_refused(text: str) -> None:
    assert read_or_told(f"tgid=1\n{text}")


def read_or_told(text: str) -> Form | str:
    try:
        return read_form(text)
    except BadForm as bad:
        return bad.told(texts_in("en"))


@pytest.mark.parametrize("text", ["hello", "the days=3 plan", "", "/start", "id=5", "days"])
def test_ordinary_words_are_no_form(text: str) -> None:
    assert not looks_like_form(text)
