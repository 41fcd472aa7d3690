# ruff: noqa: RUF001 -- what the bot says in Russian
"""A customer deletes his data: told what goes and stays, asked twice, forgotten by the bot, too."""

import pytest

from models.buttons import Button, callback
from tests.support.fake_main_api import FakeMainApi
from tests.support.waiting import wait_until
from tests.tg_bot.conftest import StartBot
from tests.tg_bot.people import Someone
from tg_bot.bot import Bot
from tg_bot.database import Database
from tg_bot.names import Name

FORGET_ME = callback(Name.FORGET_ME)


def yes(user_id: int) -> str:
    return callback(Name.FORGET_ME, "yes", user_id)


@pytest.fixture
def user_id(bot: Bot, anya: Someone, main_api: FakeMainApi) -> int:
    """Anya has a trial, and stands before the profile."""
    assert bot.is_listening()
    anya.start()
    anya.sees("Добро пожаловать")
    anya.press(callback(Button.TRIAL))
    anya.sees("Пробный доступ открыт")
    anya.say("/profile")
    anya.sees("Ваш профиль")
    return main_api.by_telegram(anya.id).user_id


def rows_of(database: Database, person: Someone) -> list[str]:
    found = database.rows("SELECT name FROM states WHERE telegram_id = ?", (person.id,))
    return [str(row[0]) for row in found]


def test_it_says_what_goes_and_what_stays_and_one_press_deletes_nothing(
    user_id: int, anya: Someone, main_api: FakeMainApi
) -> None:
    anya.press(FORGET_ME)

    shown = anya.sees("Сразу исчезнут")["text"]
    assert "закончится сразу" in shown
    assert "на 5 лет" in shown
    assert "на год" in shown
    assert user_id in main_api.users


def test_after_the_second_key_the_bot_remembers_nothing(
    user_id: int, anya: Someone, main_api: FakeMainApi, database: Database
) -> None:
    anya.press(FORGET_ME)
    anya.sees("Сразу исчезнут")
    assert rows_of(database, anya)
    anya.press(yes(user_id))

    anya.sees("Ваши данные удалены")
    assert main_api.departed == [user_id]
    wait_until(lambda: not rows_of(database, anya))


def test_old_keys_register_nobody_and_a_start_makes_somebody_new(
    user_id: int, anya: Someone, main_api: FakeMainApi
) -> None:
    anya.press(FORGET_ME)
    anya.sees("Сразу исчезнут")
    anya.press(yes(user_id))
    anya.sees("Ваши данные удалены")

    for old in (callback(Button.MENU), callback(Name.PAY, "month"), "s0:gone"):
        seen = len(anya.texts())
        anya.inject_press(old)
        anya.has_messages(seen + 1)
        assert "данных о вас у нас нет" in anya.texts()[-1]
    assert main_api.users == {}

    anya.start()
    anya.sees("Добро пожаловать")
    assert main_api.by_telegram(anya.id).user_id != user_id


def test_the_key_of_an_earlier_deletion_deletes_no_new_user(
    user_id: int, anya: Someone, main_api: FakeMainApi
) -> None:
    anya.press(FORGET_ME)
    anya.sees("Сразу исчезнут")
    anya.press(yes(user_id))
    anya.sees("Ваши данные удалены")
    anya.start()
    anya.sees("Добро пожаловать")
    seen = len(anya.texts())

    anya.inject_press(yes(user_id))

    anya.has_messages(seen + 1)
    assert "Сразу исчезнут" in anya.texts()[-1]
    assert len(main_api.users) == 1


def test_one_cannot_delete_another(
    user_id: int, anya: Someone, bob: Someone, main_api: FakeMainApi
) -> None:
    bob.start()
    bob.sees("Welcome")

    bob.inject_press(yes(user_id))

    bob.sees("What goes at once")
    assert user_id in main_api.users
    assert anya.id == main_api.users[user_id].telegram_id


def test_while_a_payment_is_being_taken_it_is_asked_to_wait(
    user_id: int, anya: Someone, main_api: FakeMainApi
) -> None:
    main_api.in_work = True
    anya.press(FORGET_ME)
    anya.sees("Сразу исчезнут")
    anya.press(yes(user_id))

    anya.sees("обрабатывается ваша оплата")
    assert user_id in main_api.users

    main_api.in_work = False
    anya.press(FORGET_ME)
    anya.sees("Сразу исчезнут")
    anya.press(yes(user_id))
    anya.sees("Ваши данные удалены")


def test_with_main_api_away_it_says_so_and_the_same_key_works_later(
    user_id: int, anya: Someone, main_api: FakeMainApi
) -> None:
    anya.press(FORGET_ME)
    anya.sees("Сразу исчезнут")
    main_api.down = True
    anya.press(yes(user_id))
    anya.sees("наш сервис не отвечает")
    main_api.down = False
    anya.say("/menu")
    anya.sees("Keyland")

    anya.press(yes(user_id))

    anya.sees("Ваши данные удалены")
    assert main_api.users == {}


def test_a_press_repeated_after_a_restart_tells_that_it_is_done(
    start_bot: StartBot, user_id: int, anya: Someone, main_api: FakeMainApi
) -> None:
    main_api.delete_me(user_id)
    start_bot()

    anya.inject_press(yes(user_id))

    anya.sees("Ваши данные удалены")
    assert main_api.users == {}
