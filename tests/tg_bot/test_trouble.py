# ruff: noqa: RUF001 -- what the bot says in Russian
"""What the bot does when something is away, broken, old or too fast: it always answers."""

import logging
import time
from threading import Event

import pytest

from models.buttons import Button, callback
from sandbox.telegram.faults import Fault
from tests.support.fake_main_api import FakeMainApi
from tests.tg_bot.conftest import StartBot
from tests.tg_bot.people import Someone
from tg_bot.bot import Bot
from tg_bot.database import Database
from tg_bot.names import Name


def test_main_api_away_is_told_politely_and_the_retry_key_goes_on(
    bot: Bot, anya: Someone, main_api: FakeMainApi
) -> None:
    assert bot.is_listening()
    main_api.down = True
    anya.start()
    anya.sees("наш сервис не отвечает")
    main_api.down = False

    anya.press(callback(Name.START))

    anya.sees("Добро пожаловать")


def test_a_key_pressed_while_main_api_is_away_can_be_retried(
    bot: Bot, anya: Someone, main_api: FakeMainApi
) -> None:
    assert bot.is_listening()
    anya.start()
    anya.sees("Добро пожаловать")
    main_api.down = True
    anya.press(callback(Button.TRIAL))
    anya.sees("наш сервис не отвечает")
    main_api.down = False
    time.sleep(0.7)  # as a person would: an earlier repetition counts as mashing

    anya.press(callback(Button.TRIAL))

    anya.sees("Пробный доступ открыт")


def test_a_bug_gets_a_number_and_the_log_has_it_without_any_content(
    bot: Bot, anya: Someone, main_api: FakeMainApi, caplog: pytest.LogCaptureFixture
) -> None:
    assert bot.is_listening()
    main_api.broken = True
    anya.start()

    message = anya.sees("Что-то пошло не так")

    number = message["text"].partition("номер ")[2][:16]
    assert len(number) == 16
    records = [record for record in caplog.records if record.message == "a screen failed"]
    assert [vars(record)["kind"] for record in records] == ["RuntimeError"]
    assert main_api.secret not in caplog.text + vars(records[0])["trace"]
    assert "Аня" not in caplog.text


@pytest.mark.parametrize(
    "data", ["s0:menu", "s1:noSuchScreen:1", "buy_7", "s1:", "s1:changeRegion:mars:x", "s1:help:🙂"]
)
def test_old_and_invented_keys_lead_somewhere(
    bot: Bot, anya: Someone, main_api: FakeMainApi, data: str
) -> None:
    assert bot.is_listening()
    anya.start()
    anya.sees("Добро пожаловать")

    anya.inject_press(data)

    if data.startswith("s1:help"):
        anya.sees("Что подключаем")
    elif data.startswith("s1:changeRegion"):
        anya.sees("нет личной ссылки")
    else:
        anya.sees("Эта кнопка устарела")
    assert main_api.by_telegram(anya.id).expires_at is None


@pytest.mark.parametrize("text", ["привет", "/unknown", "42", "/START@keyland_sandbox_bot"])
def test_whatever_is_written_gets_an_answer(bot: Bot, anya: Someone, text: str) -> None:
    assert bot.is_listening()
    anya.say(text)

    anya.sees("Добро пожаловать" if text.startswith("/START") else "на кнопках ниже")


def test_every_press_is_answered_at_once_even_the_slow_ones(
    bot: Bot, anya: Someone, main_api: FakeMainApi
) -> None:
    assert bot.is_listening()
    anya.start()
    anya.sees("Добро пожаловать")
    gate = main_api.gates[anya.id] = Event()

    press = anya.press(callback(Name.HELP))

    assert anya.answer_to(press)["answered"]
    gate.set()
    anya.sees("Что подключаем")


def test_mashing_is_held_off_with_a_word_and_stops_costing(bot: Bot, anya: Someone) -> None:
    assert bot.is_listening()
    for _ in range(40):
        anya.say("/menu")

    anya.sees("Слишком быстро")
    time.sleep(0.2)
    texts = anya.texts()
    assert 20 <= len([text for text in texts if "Keyland" in text]) < 25
    assert len([text for text in texts if "Слишком быстро" in text]) == 1


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
    assert main_api.referrals == {anya.id: "ref_bob7"}


@pytest.mark.parametrize("payload", ["promo", "refbob", ""])
def test_other_payloads_are_no_referral(
    bot: Bot, anya: Someone, main_api: FakeMainApi, payload: str
) -> None:
    assert bot.is_listening()
    anya.start(payload)

    anya.sees("Добро пожаловать")
    assert main_api.referrals == {anya.id: None}


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


def test_a_user_deleted_at_main_api_is_simply_registered_again(
    bot: Bot, anya: Someone, main_api: FakeMainApi
) -> None:
    assert bot.is_listening()
    anya.start()
    anya.sees("Добро пожаловать")
    main_api.users.clear()

    anya.inject_press(callback(Button.MENU))

    anya.sees("У вас пока нет доступа")
    assert main_api.by_telegram(anya.id).first_name == "Аня"


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


def wait_until(condition: object, seconds: float = 8.0) -> None:
    assert callable(condition)
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


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


def test_an_answer_that_telegram_did_not_take_is_given_later(
    bot: Bot, anya: Someone, caplog: pytest.LogCaptureFixture
) -> None:
    assert bot.is_listening()
    anya.running.emulator.faults.queue.append(Fault(method="sendMessage", times=4, code=502))
    with caplog.at_level(logging.ERROR):
        anya.start()

        anya.sees("Добро пожаловать")

    assert len(anya.from_bot()) == 1


def test_what_comes_after_a_held_answer_does_not_overtake_it(bot: Bot, anya: Someone) -> None:
    assert bot.is_listening()
    anya.running.emulator.faults.queue.append(Fault(method="sendMessage", times=4, code=502))
    anya.start()
    anya.say("/help")

    anya.sees("Что подключаем")

    assert ["Добро" in text for text in anya.texts()] == [True, False]


def test_a_screen_that_telegram_refuses_is_our_bug_and_the_person_is_told(
    bot: Bot, anya: Someone
) -> None:
    assert bot.is_listening()
    anya.running.emulator.faults.queue.append(
        Fault(method="sendMessage", code=400, text="Bad Request: can't parse entities")
    )
    anya.start()

    anya.sees("Что-то пошло не так")


def test_a_blocked_chat_does_not_stop_the_others(bot: Bot, anya: Someone, bob: Someone) -> None:
    assert bot.is_listening()
    anya.running.emulator.faults.queue.append(
        Fault(method="sendMessage", chat_id=anya.id, code=403)
    )
    anya.start()
    bob.start()

    bob.sees("Welcome")


def test_commands_are_set_in_both_languages_and_only_when_they_changed(
    start_bot: StartBot, anya: Someone
) -> None:
    start_bot()
    anya.start()
    anya.sees("Добро пожаловать")
    start_bot()
    anya.say("/menu")
    anya.sees("У вас пока нет доступа")

    scope = {"type": "all_private_chats"}
    russian = anya.running.call("getMyCommands", scope=scope, language_code="ru")
    english = anya.running.call("getMyCommands", scope=scope)
    assert [one["command"] for one in russian] == ["start", "menu", "help", "profile", "language"]
    assert (russian[1]["description"], english[1]["description"]) == ("Меню", "Menu")
    sets = [e for e in anya.running.emulator.journal.since(0) if e["method"] == "setMyCommands"]
    assert len(sets) == 3


def test_a_conflict_is_an_alarm_and_the_bot_comes_back(
    start_bot: StartBot, anya: Someone, caplog: pytest.LogCaptureFixture
) -> None:
    anya.running.emulator.faults.queue.append(Fault(method="getUpdates", times=1, code=409))
    anya.start()
    start_bot()

    anya.sees("Добро пожаловать")

    alarms = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert ["409" in alarm.message for alarm in alarms] == [True]


def test_a_revoked_token_ends_polling_loudly(
    anya: Someone, start_bot: StartBot, caplog: pytest.LogCaptureFixture
) -> None:
    anya.running.emulator.faults.queue.append(Fault(method="getUpdates", times=1, code=401))
    bot = start_bot()

    wait_until(lambda: not bot.is_listening())

    assert bot.refused
    assert "42:TEST" not in caplog.text
