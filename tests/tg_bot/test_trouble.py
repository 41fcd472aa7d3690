"""What the bot does when something is away, broken, old or too fast: it always answers."""

import time
from threading import Event

import pytest

from models.buttons import Button, callback
from tests.support.fake_main_api import FakeMainApi
from tests.tg_bot.people import Someone
from tg_bot.bot import Bot
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


def test_old_and_invented_keys_lead_somewhere(
    bot: Bot, anya: Someone, main_api: FakeMainApi
) -> None:
    assert bot.is_listening()
    anya.start()
    anya.sees("Добро пожаловать")
    for number, data in enumerate(["s0:menu", "s1:noSuchScreen:1", "buy_7", "s1:", ""]):
        anya.inject_press(data, message_id=1000 + number)
        anya.has_messages(number + 2)
        assert "Эта кнопка устарела" in anya.texts()[-1]

    anya.inject_press("s1:changeRegion:mars:x")
    anya.sees("нет личной ссылки")
    anya.inject_press("s1:help:🙂")
    anya.sees("Что подключаем")
    assert main_api.by_telegram(anya.id).expires_at is None


def test_whatever_is_written_gets_an_answer(bot: Bot, anya: Someone) -> None:
    assert bot.is_listening()
    for number, text in enumerate(["привет", "/unknown", "42", "/ start"]):
        anya.say(text)
        anya.has_messages(number + 1)
        assert "на кнопках ниже" in anya.texts()[-1]

    anya.say("/START@keyland_sandbox_bot")
    anya.sees("Добро пожаловать")


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
    passed = len([text for text in texts if "Keyland" in text])
    told = len([text for text in texts if "Слишком быстро" in text])
    assert 20 <= passed < 25
    # a slow machine lets another one pass each second; only after that is the word said again
    assert 1 <= told <= passed - 19
