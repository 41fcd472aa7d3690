"""Real polling against the emulator: poison, order, parallel people, restarts."""

import logging
import time
from threading import Event
from typing import Any

import pytest

from models.buttons import Button, callback
from tests.sandbox.telegram.running import Running
from tests.support.clock import FakeClock
from tests.support.fake_main_api import FakeMainApi
from tests.support.waiting import wait_until
from tests.tg_bot.conftest import StartBot
from tests.tg_bot.people import Someone
from tg_bot.database import Database
from tg_bot.inbox import Inbox
from tg_bot.names import Name

CANARY = "canary-of-a-private-text"


def poison(anya: Someone) -> list[dict[str, Any]]:
    """Updates that the library's constructors stumble over, as newer servers send them."""
    chat = {"id": anya.id, "type": "private", "first_name": "Аня"}
    message: dict[str, Any] = {
        "message_id": 1, "date": 1, "chat": chat, "text": CANARY,
        "from": {"id": anya.id, "is_bot": False, "first_name": "Аня"},
    }  # fmt: skip
    return [
        {"message": {**message, "entities": None}},
        {"message": {**message, "forward_origin": {"type": "dream", "date": 1}}},
        {"message": {key: message[key] for key in message if key != "chat"}},
        {"message": 7},
        {"callback_query": {"id": "1", "from": message["from"], "data": CANARY}},
    ]


def test_poison_in_the_middle_of_a_batch_is_skipped_without_its_content(
    anya: Someone, start_bot: StartBot, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    anya.start()
    for update in poison(anya):
        anya.running.post("updates", **update)
    anya.say("/help")
    with caplog.at_level(logging.INFO):
        start_bot()
        anya.sees("Что подключаем")

    assert [text[:9] for text in anya.texts()] == ["👋 Добро п", "📱 Настрой"]
    skipped = [one for one in caplog.records if "cannot be read" in one.message]
    assert len({vars(one)["update_id"] for one in skipped}) == len(poison(anya))
    assert CANARY not in caplog.text
    # she sees the answer a moment before the bot has noted that it is done
    wait_until(lambda: database.rows("SELECT 1 FROM inbox WHERE body IS NOT NULL") == [])


def test_two_presses_in_one_batch_are_handled_in_order_though_the_first_is_slow(
    anya: Someone, bob: Someone, start_bot: StartBot, main_api: FakeMainApi
) -> None:
    gate = main_api.gates[anya.id] = Event()
    anya.start()
    anya.inject_press(callback(Button.TRIAL))
    anya.inject_press(callback(Name.HELP))
    start_bot()
    assert main_api.arrived.wait(30)

    bob.start()
    bob.sees("Welcome")
    assert len(anya.texts()) == 1
    assert "Добро пожаловать" in anya.texts()[0]
    gate.set()

    anya.sees("Что подключаем")
    assert main_api.by_telegram(anya.id).has_trial
    entries = anya.running.emulator.journal.since(0)
    sent = [
        e["params"]["text"]
        for e in entries
        if e["method"] == "sendMessage" and e["params"]["chat_id"] == str(anya.id)
    ]
    assert ["Пробный" in sent[1], "Что подключаем" in sent[2]] == [True, True]


def test_many_slow_people_do_not_hold_up_a_quick_one(
    anya: Someone, start_bot: StartBot, main_api: FakeMainApi, bob: Someone
) -> None:
    start_bot()
    slow = []
    for number in range(12):
        anya.running.post("users", id=1000 + number, first_name=f"S{number}", language_code="ru")
        slow.append(Someone(anya.running, 1000 + number))
        slow[-1].start()
        slow[-1].sees("Добро пожаловать")
    gate = Event()
    for person in slow:
        main_api.gates[person.id] = gate
        person.press(callback(Name.HELP))

    began = time.monotonic()
    bob.start()
    bob.sees("Welcome")

    assert time.monotonic() - began < 2
    gate.set()
    slow[-1].sees("Что подключаем")


def test_a_batch_of_a_hundred_and_more_loses_nobody(
    anya: Someone, start_bot: StartBot, main_api: FakeMainApi
) -> None:
    for number in range(110):
        anya.running.post("users", id=2000 + number, first_name=f"P{number}", language_code="en")
        Someone(anya.running, 2000 + number).start()

    start_bot()

    Someone(anya.running, 2109).sees("Welcome")
    wait_until(lambda: greeted(anya.running) == set(range(2000, 2110)))
    assert len(main_api.users) == 110


def greeted(running: Running) -> set[int]:
    entries = running.emulator.journal.since(0)
    return {int(e["params"]["chat_id"]) for e in entries if e["method"] == "sendMessage"}


def test_what_was_stored_and_confirmed_but_not_handled_is_handled_at_the_next_start(
    anya: Someone, start_bot: StartBot, database: Database, clock: FakeClock
) -> None:
    anya.start()
    updates = anya.running.updates()
    Inbox(database, clock).store(updates)
    assert anya.running.updates(offset=updates[-1]["update_id"] + 1) == []

    start_bot()

    anya.sees("Добро пожаловать")
