# ruff: noqa: RUF001 -- what the bot says in Russian
"""Screens as pure functions: the words, the keys, and that Telegram takes each in each language."""

import re
import time
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest

from common.i18n.texts import texts_in
from common.telegram.keyboards import Key
from common.telegram.sender import Sender
from models.access import Links
from models.users import Language
from tests.sandbox.telegram.running import ANYA, Running, running_emulator
from tests.support.fake_main_api import links_of
from tests.tg_bot.conftest import settings_for
from tests.tg_bot.views import MANY, ON_TRIAL, PAYING, PLANS, VIEWS, a_user, a_visit
from tg_bot import wording
from tg_bot.deps import make_sender
from tg_bot.introduction import commands
from tg_bot.screens import (
    SCREENS,
    connect,
    my_keys,
    pay,
    profile,
    qr,
    tariffs,
)
from tg_bot.visit import View


def keys_of(view: View) -> list[Key]:
    return [key for row in view.keyboard for key in row]


@pytest.fixture(scope="module")
def telegram_of_all(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("telegram")
    with running_emulator(
        folder / "offset", monotonic=time.monotonic, overall_rate=None
    ) as running:
        running.act(ANYA, "start")
        yield running


@pytest.fixture
def sender(telegram_of_all: Running, tmp_path: Path) -> Sender:
    return make_sender(settings_for(telegram_of_all.base, tmp_path))


@pytest.mark.parametrize("code", ["ru", "en"])
def test_telegram_takes_every_screen(sender: Sender, code: Language) -> None:
    for name, make in VIEWS.items():
        view = make(a_visit(code))
        if view.photo:
            assert sender.send_photo(ANYA, view.photo, view.text, view.keyboard), name
        else:
            assert sender.send_message(ANYA, view.text, view.keyboard), name


@pytest.mark.parametrize("name", VIEWS)
def test_every_screen_speaks_both_languages_and_leads_on(name: str) -> None:
    russian, english = (VIEWS[name](a_visit(code)) for code in ("ru", "en"))

    assert russian.text != english.text
    assert not {letter for letter in english.text if "а" <= letter.lower() <= "я"}
    for view in (russian, english):
        assert "{" not in view.text
        assert all(len(key.text) <= 32 for key in keys_of(view))
        assert any(key.data or key.url for key in keys_of(view)), "a dead end"


@pytest.mark.parametrize("name", VIEWS)
def test_every_key_names_a_screen_that_exists(name: str) -> None:
    for key in keys_of(VIEWS[name](a_visit())):
        if key.data:
            version, screen, *_ = key.data.split(":")
            assert (version, screen in SCREENS) == ("s1", True)


def test_the_operators_menu_is_absent() -> None:
    assert not {name for name in SCREENS if "admin" in name.lower()}


@pytest.mark.parametrize(
    ("time_left", "words"),
    [
        (timedelta(days=21), "Остался 21 день"),
        (timedelta(days=22), "Осталось 22 дня"),
        (timedelta(days=11), "Осталось 11 дней"),
        (timedelta(days=2, seconds=1), "Осталось 3 дня"),
        (timedelta(days=1), "Остался 1 день"),
        (timedelta(hours=23, minutes=30), "Осталось 24 часа"),
        (timedelta(hours=1), "Остался 1 час"),
        (timedelta(minutes=20, seconds=30), "Осталась 21 минута"),
        (timedelta(seconds=5), "Осталась 1 минута"),
    ],
)
def test_time_left_is_told_as_people_count(time_left: timedelta, words: str) -> None:
    assert wording.left(texts_in("ru"), time_left) == words


def test_the_profile_tells_the_end_by_moscow_time_and_servers_not_ready() -> None:
    view = profile.open_profile(a_visit(user=PAYING))

    assert "до 12 декабря 2026, 15:00 МСК" in view.text
    assert "Осталось 21 день" not in view.text
    assert "Ещё 2 сервера готовятся" in view.text


def test_on_trial_nothing_is_renewed_since_nothing_was_bought() -> None:
    on_trial = profile.open_profile(a_visit(user=ON_TRIAL))
    paying = profile.open_profile(a_visit(user=PAYING))

    assert [keys_of(view)[0].text for view in (on_trial, paying)] == [
        "💳 Тарифы и цены",
        "💳 Продлить",
    ]


def test_a_short_link_has_a_copy_key_and_a_long_one_can_be_tapped() -> None:
    short = links_of(7, ("finland",))
    long = Links(config_url="https://x.test/" + "a" * 300, config_qr_code_url="", links=[])

    with_key = keys_of(connect.personal_link(texts_in("ru"), short))
    without = connect.personal_link(texts_in("ru"), long)

    assert [key.copied for key in with_key if key.copied] == [short.config_url]
    assert not [key for key in keys_of(without) if key.copied]
    assert f"<code>{long.config_url}</code>" in without.text


def test_keys_that_do_not_fit_are_under_their_regions() -> None:
    view = my_keys.all_keys(texts_in("ru"), MANY)

    assert len(unescape(re.sub("<[^>]+>", "", view.text))) < 4096
    assert "Остальные ключи" in view.text
    assert 0 < view.text.count("vless://") < len(MANY.links)


def test_different_links_make_different_pictures() -> None:
    one, other = (qr.picture(texts_in("ru"), links_of(user, ())).photo for user in (1, 2))

    assert one
    assert other
    assert one.startswith(b"\x89PNG")
    assert one != other


def test_only_plans_on_sale_are_shown_in_their_order() -> None:
    visit = a_visit()

    keys = keys_of(tariffs.open_tariffs(visit))

    ids = [str(key.data).split(":")[2] for key in keys if str(key.data).startswith("s1:pay")]
    assert ids == ["year", "half", "quarter", "month"]


def test_an_order_is_the_same_until_it_is_paid() -> None:
    user = a_user()

    first, again = pay.request_key(user, PLANS[0]), pay.request_key(user, PLANS[0])

    assert first == again
    assert pay.request_key(user, PLANS[1]) != first
    assert pay.request_key(a_user(revision=2), PLANS[0]) != first
    assert pay.request_key(a_user(user_id=8), PLANS[0]) != first


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        ("finland", "🇫🇮 Финляндия"),
        ("united_kingdom", "🇬🇧 Великобритания"),
        ("usa", "🇺🇸 Соединенные Штаты"),
        ("mars", "🌐 Mars"),
    ],
)
def test_countries_have_their_flags_and_names(key: str, shown: str) -> None:
    assert wording.country(texts_in("ru"), key) == shown


@pytest.mark.parametrize("code", ["", "ru", "en"])
def test_commands_have_descriptions_that_telegram_takes(sender: Sender, code: str) -> None:
    sender.set_my_commands(commands(code), language=code)

    assert all(description for _, description in commands(code))
