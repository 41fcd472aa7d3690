# ruff: noqa: RUF001 -- what the bot says in Russian
"""Who stands behind an update: registered once, referred, banned, blocked, in a group."""

from models.buttons import Button, callback
from tests.support.fake_main_api import FakeMainApi
from tests.support.waiting import wait_until
from tests.tg_bot.conftest import StartBot
from tests.tg_bot.people import Someone
from tg_bot.bot import Bot
from tg_bot.database import Database
from tg_bot.names import Name


def test_the_referral_of_a_first_start_is_kept_until_main_api_hears_it(
    start_bot: StartBot, anya: Someone, main_api: FakeMainApi
) -> None:
    start_bot()
    main_api.down = True
    anya.start("ref_bob7")
    anya.sees("наш сервис не отвечает")
    start_bot()
    main_api.down = False

    anya.say("/menu")

    anya.sees("У вас пока нет доступа")
    assert main_api.payloads == {anya.id: "ref_bob7"}


def test_other_payloads_are_no_referral(
    bot: Bot, anya: Someone, bob: Someone, main_api: FakeMainApi
) -> None:
    assert bot.is_listening()
    anya.start("promo")
    bob.start("refbob")

    anya.sees("Добро пожаловать")
    bob.sees("Welcome")
    assert main_api.payloads == {anya.id: None, bob.id: None}


def test_a_person_is_registered_once_and_names_are_refreshed(
    bot: Bot, anya: Someone, main_api: FakeMainApi
) -> None:
    assert bot.is_listening()
    registered: list[str | None] = []
    main_api.on_register = lambda request: registered.append(request.first_name)
    anya.start()
    anya.sees("Добро пожаловать")
    anya.inject_press(callback(Button.MENU))
    anya.sees("У вас пока нет доступа")
    anya.running.emulator.world.chats[anya.id].person.first_name = "Анна"
    anya.press(callback(Name.HELP))
    anya.sees("Что подключаем")

    assert registered == ["Аня", "Анна"]
    assert main_api.by_telegram(anya.id).first_name == "Анна"


def test_a_user_deleted_at_main_api_is_registered_again_by_a_start_and_by_no_old_key(
    bot: Bot, anya: Someone, main_api: FakeMainApi
) -> None:
    assert bot.is_listening()
    anya.start()
    anya.sees("Добро пожаловать")
    main_api.users.clear()

    anya.inject_press(callback(Button.MENU))
    anya.sees("данных о вас у нас нет")
    assert not main_api.users

    anya.press(callback(Name.START))
    anya.sees("Добро пожаловать")
    wait_until(lambda: [user.first_name for user in main_api.users.values()] == ["Аня"])


def test_a_banned_person_is_told_and_led_to_support(
    bot: Bot, anya: Someone, main_api: FakeMainApi
) -> None:
    assert bot.is_listening()
    anya.start()
    anya.sees("Добро пожаловать")
    main_api.change(main_api.by_telegram(anya.id).user_id, banned=True)

    anya.press(callback(Button.TRIAL))

    anya.sees("Ваш доступ закрыт")
    assert [key.get("url") for key in anya.buttons()] == ["https://t.me/keyland_support"]
    assert main_api.by_telegram(anya.id).expires_at is None


def test_blocking_and_coming_back_reach_main_api_even_when_it_was_away(
    bot: Bot, anya: Someone, main_api: FakeMainApi, database: Database
) -> None:
    assert bot.is_listening()
    anya.start()
    anya.sees("Добро пожаловать")
    main_api.down = True
    anya.running.act(anya.id, "block")
    wait_until(lambda: database.rows("SELECT 1 FROM states WHERE name = 'membership'"))
    assert not main_api.by_telegram(anya.id).blocked
    main_api.down = False

    wait_until(lambda: main_api.by_telegram(anya.id).blocked)
    anya.running.act(anya.id, "unblock")
    wait_until(lambda: not main_api.by_telegram(anya.id).blocked)
    wait_until(lambda: not database.rows("SELECT 1 FROM states WHERE name = 'membership'"))


def test_a_stranger_who_blocks_the_bot_is_no_trouble(
    bot: Bot, anya: Someone, main_api: FakeMainApi, database: Database
) -> None:
    main_api.down = True
    anya.start()
    anya.sees("наш сервис не отвечает")
    main_api.down = False
    anya.running.act(anya.id, "block")

    wait_until(lambda: not database.rows("SELECT 1 FROM inbox WHERE body IS NOT NULL"))
    assert bot.is_listening()
    assert not main_api.users


def test_in_a_group_the_bot_shows_nothing(
    bot: Bot, anya: Someone, bob: Someone, main_api: FakeMainApi
) -> None:
    assert bot.is_listening()
    anya.start()
    anya.sees("Добро пожаловать")
    chat = {"id": -100, "type": "supergroup", "title": "Friends"}
    person = anya.running.emulator.world.chats[bob.id].person.as_user()
    message = {"message_id": 5, "date": 1, "chat": chat, "from": person, "text": "/start"}
    anya.running.post("updates", message=message)
    anya.inject_press(callback(Button.MENU))
    anya.sees("У вас пока нет доступа")

    entries = anya.running.emulator.journal.since(0)
    assert not [one for one in entries if one["params"].get("chat_id") == "-100"]
    assert len(main_api.users) == 1
