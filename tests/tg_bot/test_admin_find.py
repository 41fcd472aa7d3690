# ruff: noqa: RUF001 -- what the bot says in Russian
"""An admin looks for people, in every way he may know them, and sees their cards."""

from typing import Any

import pytest

from tests.support.fake_admin_api import FakeAdminApi
from tests.tg_bot.people import Someone
from tests.tg_bot.people import admin_key as key
from tg_bot.admin.names import Item


def forwarded(admin: Someone, origin: dict[str, Any]) -> None:
    message = {
        "message_id": 7000, "date": 1, "chat": admin._chat(), "from": admin._user(),
        "text": "hello", "forward_origin": {"date": 1, **origin},
    }  # fmt: skip
    admin.running.post("updates", message=message)


@pytest.mark.usefixtures("met")
class TestFind:
    @pytest.fixture(autouse=True)
    def asked(self, met: int, admin: Someone) -> None:
        assert met
        admin.say("/admin")
        admin.sees("Меню админа")
        admin.press(key(Item.FIND))
        admin.sees("Пришлите что-нибудь одно")

    @pytest.mark.parametrize(
        "words",
        ["tgid={telegram}", "username=anya_sandbox", "@Anya_Sandbox", "https://t.me/anya_sandbox",
         "{telegram}", "{number}"],
    )  # fmt: skip
    def test_by_what_one_has(self, met: int, admin: Someone, anya: Someone, words: str) -> None:
        admin.say(words.format(telegram=anya.id, number=met))

        card = admin.sees("С нами с")["text"]
        assert f"Аня (@anya_sandbox)\nTelegram {anya.id} · № {met} · RU" in card
        assert "Доступа ещё не было" in card

    def test_several_one_after_the_other(self, admin: Someone, anya: Someone) -> None:
        admin.say("999")
        admin.sees("Такого пользователя нет")
        admin.say("what?")
        admin.sees("Непонятно, о ком речь")
        admin.say(f"tgid={anya.id}")
        admin.sees("С нами с")

    def test_by_a_forwarded_message(self, admin: Someone, anya: Someone) -> None:
        admin.say("Не подключается!", forwarded_from=anya.id)

        assert f"Telegram {anya.id}" in admin.sees("С нами с")["text"]

    def test_not_by_one_whose_author_hides(self, admin: Someone) -> None:
        forwarded(admin, {"type": "hidden_user", "sender_user_name": "Anna"})

        admin.sees("скрыл себя при пересылке")


def test_the_card_shows_trial_payments_bans_and_blocks(
    met: int, admin: Someone, main_api: FakeAdminApi
) -> None:
    main_api.take_trial(met)
    main_api.change(met, banned=True, blocked=True)
    admin.inject_press(key(Item.CARD, met))

    card = admin.sees("С нами с")["text"]
    assert "Пробный доступ до 24 ноября 2026, 15:00 МСК\n⏳ Осталось 3 дня" in card
    assert "В бане" in card
    assert "заблокировал бота" in card
    assert "Платежей нет" in card
    assert "Финляндия, 192.0.2.1:443" in card
