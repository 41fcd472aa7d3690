# ruff: noqa: RUF001 -- what the bot says in Russian
"""Telegram refuses, floods, conflicts: answers are held, given later, and in order."""

import logging

import pytest

from sandbox.telegram.faults import Fault
from tests.support.waiting import wait_until
from tests.tg_bot.conftest import StartBot
from tests.tg_bot.people import Someone
from tg_bot.bot import Bot


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


def test_a_menu_that_telegram_refuses_does_not_keep_people_waiting(
    anya: Someone, start_bot: StartBot
) -> None:
    fault = Fault(method="setMyCommands", code=400, text="Bad Request: BOT_COMMAND_INVALID")
    anya.running.emulator.faults.queue.append(fault)
    anya.start()

    start_bot()

    anya.sees("Добро пожаловать")
