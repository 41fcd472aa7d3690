"""Inviting friends: the link, the ways to pass it on, what it brought and why."""

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from common.i18n.texts import texts_in
from models.buttons import Button, callback
from models.referrals import Earned, Referrals
from models.users import Language
from tests.sandbox.telegram.running import ANYA, running_emulator
from tests.support.fake_main_api import FakeMainApi
from tests.tg_bot.conftest import settings_for
from tests.tg_bot.people import Someone
from tg_bot.deps import make_sender
from tg_bot.names import Name
from tg_bot.screens.invite import invitation

LINK = "https://t.me/keyland_bot?start=ref_abcd2345"
MARCH = datetime(2026, 3, 12, 22, 0, tzinfo=UTC)


def earned(state: str, days: int = 10, *, paid: bool = True) -> Earned:
    values = {"state": state, "days": days, "invited_at": MARCH.replace(month=2)}
    return Earned.model_validate({**values, "paid_at": MARCH if paid else None})


def referrals(*latest: Earned, **changed: Any) -> Referrals:
    values = {"link": LINK, "reward_days": 10, "invited": 3, "paid": 2, "days_earned": 20}
    return Referrals.model_validate({**values, **changed, "latest": latest})


ALL = referrals(
    earned("earned"), earned("owed"), earned("taken_back", 2), earned("earned", 0),
    earned("invited", 0, paid=False),
)  # fmt: skip


def test_the_link_can_be_tapped_copied_and_shared() -> None:
    view = invitation(texts_in("ru"), referrals(invited=0, paid=0, days_earned=0))
    found = [key for row in view.keyboard for key in row]

    assert f"<code>{LINK}</code>" in view.text
    assert [key.copied for key in found if key.copied] == [LINK]
    (shared,) = [key.url for key in found if key.url]
    assert shared.startswith("https://t.me/share/url?")
    query = parse_qs(urlsplit(shared).query)
    assert query["url"] == [LINK]
    assert query["text"][0].endswith("по моей ссылке:")
    assert "+" not in shared  # Telegram's apps show it as it is


@pytest.mark.parametrize(
    ("days", "words"), [(1, "получите 1 день."), (3, "получите 3 дня."), (10, "получите 10 дней.")]
)
def test_what_a_friend_brings_is_promised_in_days(days: int, words: str) -> None:
    assert words in invitation(texts_in("ru"), referrals(reward_days=days)).text


def test_where_nothing_is_promised_nothing_is() -> None:
    nothing = referrals(reward_days=0, days_earned=0, paid=1)
    text = invitation(texts_in("ru"), nothing).text

    assert "получите" not in text
    assert "Заработано" not in text
    assert "Из них оплатили: 1" in text


def test_numbers_and_reasons_are_told_newest_first() -> None:
    lines = invitation(texts_in("ru"), ALL).text.splitlines()

    assert lines[-9:] == [
        "👥 Пришли по вашей ссылке: 3",
        "💳 Из них оплатили: 2",
        "🎁 Заработано: 20 дней",
        "",
        "+10 дней, 13 марта 2026: друг оплатил доступ",
        "+10 дней, 13 марта 2026: друг оплатил доступ, дни вот-вот прибавятся",
        "<s>+2 дня</s>, 13 марта 2026: другу вернули деньги",
        "13 марта 2026: друг оплатил доступ",
        "13 февраля 2026: друг пришёл по вашей ссылке",
    ]


def test_where_no_days_were_given_none_are_struck_out() -> None:
    lines = invitation(texts_in("ru"), referrals(earned("taken_back", 0))).text.splitlines()

    assert lines[-1] == "13 марта 2026: другу вернули деньги"


def test_nobody_yet_is_said_in_words() -> None:
    text = invitation(texts_in("en"), referrals(invited=0, paid=0, days_earned=0)).text

    assert text.endswith("Nobody has come by it yet.")


@pytest.mark.parametrize("code", ["ru", "en"])
def test_telegram_takes_it(tmp_path: Path, code: Language) -> None:
    with running_emulator(tmp_path / "o", monotonic=time.monotonic, overall_rate=None) as telegram:
        telegram.act(ANYA, "start")
        view = invitation(texts_in(code), ALL)

        assert make_sender(settings_for(telegram.base, tmp_path)).send_message(
            ANYA, view.text, view.keyboard
        )


@pytest.mark.usefixtures("bot")
def test_the_menu_leads_there_and_back(anya: Someone, main_api: FakeMainApi) -> None:
    anya.start()
    anya.sees("Добро пожаловать")
    main_api.invitations[main_api.by_telegram(anya.id).user_id] = ALL
    anya.press(callback(Name.INVITE))

    anya.sees("Заработано: 20 дней")
    assert [key["copy_text"] for key in anya.buttons() if key["kind"] == "copy_text"] == [LINK]
    anya.press(callback(Button.MENU))
    anya.sees("🏠 Keyland")


@pytest.mark.usefixtures("bot")
def test_with_main_api_away_it_says_so_and_works_later(
    anya: Someone, main_api: FakeMainApi
) -> None:
    anya.start()
    anya.sees("Добро пожаловать")
    main_api.down = True
    anya.press(callback(Name.INVITE))
    anya.sees("сервис не отвечает")
    main_api.down = False
    anya.inject_press(callback(Name.INVITE))
    anya.sees("По ней пока никто не пришёл")
