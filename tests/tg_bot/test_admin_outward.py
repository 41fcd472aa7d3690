# ruff: noqa: RUF001 -- what the bot says in Russian
"""What an admin sends outward: messages, test pushes; and the numbers with their picture."""

import sys
from datetime import timedelta

import pytest

from common.clock import milliseconds
from common.i18n.texts import texts_in
from models.servers import ServerState
from tests.support.clock import FakeClock
from tests.support.fake_admin_api import FakeAdminApi
from tests.support.fake_notify_service import FakeNotifyService
from tests.support.waiting import wait_until
from tests.tg_bot.conftest import ADMIN
from tests.tg_bot.people import Someone
from tests.tg_bot.people import admin_key as key
from tg_bot.admin import picture
from tg_bot.admin.message import BEGUN
from tg_bot.admin.names import Item
from tg_bot.admin.numbers import told
from tg_bot.database import Database
from tg_bot.states import States


def test_a_message_is_seen_first_sent_once_and_noted(
    met: int, admin: Someone, anya: Someone, main_api: FakeAdminApi
) -> None:
    admin.inject_press(key(Item.MESSAGE, met))
    admin.sees("Аня (@anya_sandbox): что отправить")
    admin.say("tgid=5\ndays+=3 is how <b>we</b> do it")
    admin.sees("Так это увидит Аня")
    assert [one for one in admin.texts() if "is how <b>we</b> do it" in one]
    assert len(anya.from_bot()) == 1

    go = next(str(one["data"]) for one in admin.buttons() if "msgGo" in one["data"])
    admin.press(go)
    admin.sees("Доставлено: Аня")
    admin.inject_press(go)
    wait_until(lambda: [one for one in admin.texts() if "Доставлено" in one][1:])
    assert anya.texts()[1:] == ["tgid=5\ndays+=3 is how <b>we</b> do it"]
    assert [one["text"] for one in anya.buttons()] == ["💬 Поддержка"]
    assert [line.action for line in main_api.lines[met]] == ["message"]


def test_who_has_blocked_the_bot_is_told_of_and_marked(
    met: int, admin: Someone, anya: Someone, main_api: FakeAdminApi
) -> None:
    admin.inject_press(key(Item.MESSAGE, met))
    admin.sees("что отправить")
    admin.say("hello")
    admin.sees("Так это увидит")
    anya.running.act(anya.id, "block")
    wait_until(lambda: main_api.users[met].blocked)
    main_api.change(met, blocked=False)
    admin.press(next(str(one["data"]) for one in admin.buttons() if "msgGo" in one["data"]))
    admin.sees("Не доставлено")

    assert main_api.users[met].blocked
    assert [line.action for line in main_api.lines[met]] == ["message", "message_failed"]


def test_what_was_begun_before_a_sudden_death_is_unknown_and_not_sent_again(
    met: int, admin: Someone, anya: Someone, database: Database, clock: FakeClock
) -> None:
    States(database, clock).put(ADMIN, f"admin-kept-sent-77-{met}", {"outcome": BEGUN})
    admin.inject_press(key(Item.MESSAGE_GO, met, 77))

    admin.sees("неизвестно, дошло ли")
    assert len(anya.from_bot()) == 1


def test_nothing_is_sent_that_cannot_be_noted(
    met: int, admin: Someone, anya: Someone, main_api: FakeAdminApi
) -> None:
    admin.inject_press(key(Item.MESSAGE, met))
    admin.sees("что отправить")
    admin.say("hello")
    admin.sees("Так это увидит")
    main_api.down = True
    go = next(str(one["data"]) for one in admin.buttons() if "msgGo" in one["data"])
    admin.press(go)
    admin.sees("наш сервис не отвечает")
    assert len(anya.from_bot()) == 1

    main_api.down = False
    admin.inject_press(go, 1001)
    anya.sees("hello")


@pytest.mark.parametrize(
    ("written", "answer"),
    [("soon", "не целое число"), ("-1", "не целое число"), ("86401", "Не больше 86400"),
     ("9" * 300, "не целое число")],
)  # fmt: skip
def test_a_test_push_has_its_bounds(
    met: int, admin: Someone, notify_service: FakeNotifyService, written: str, answer: str
) -> None:
    assert met
    admin.inject_press(key(Item.TEST_PUSH))
    admin.sees("Через сколько секунд")
    admin.say(written)
    admin.sees(answer)
    assert not notify_service.papers
    admin.say("2")
    admin.sees("Пуш придёт через 2 секунды")


def test_a_test_push_is_asked_of_notify_service_in_the_papers_form(
    met: int, admin: Someone, notify_service: FakeNotifyService, clock: FakeClock
) -> None:
    assert met
    admin.inject_press(key(Item.TEST_PUSH))
    admin.sees("Через сколько секунд")
    admin.say("90")
    admin.sees("Пуш придёт через 90 секунд")

    (paper,) = notify_service.papers
    assert (paper.pushName, paper.tgid, paper.args) == ("testPush", admin.id, [admin.id])
    assert paper.date == milliseconds(clock() + timedelta(seconds=90))


def test_the_same_answer_again_asks_for_the_same_push(
    met: int, admin: Someone, notify_service: FakeNotifyService, clock: FakeClock
) -> None:
    """As after a death between asking and telling: the step has been left meanwhile."""
    assert met
    admin.inject_press(key(Item.TEST_PUSH))
    admin.sees("Через сколько секунд")
    message = {
        "message_id": 7001, "date": 1_800_000_000, "chat": admin._chat(), "from": admin._user(),
        "text": "90",
    }  # fmt: skip
    for count in (3, 4):
        admin.running.post("updates", message=message)
        admin.has_messages(count)
        assert "Пуш придёт через 90 секунд" in admin.texts()[-1]
        clock.advance(seconds=5)

    assert len(notify_service.papers) == 1


def test_the_numbers_come_as_text_and_as_a_picture(met: int, admin: Someone) -> None:
    assert met
    admin.inject_press(key(Item.NUMBERS))

    message = admin.sees("Цифры")
    assert admin.sees("Последние 30 дней")["kind"] == "photo"
    text = message["text"].replace("\xa0", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")
    assert "за 7 дней: 12 345,50 ₽\nза 30 дней: 99 999 ₽" in text
    assert "1 из 8 (12,5 %)" in text
    assert "🔴 🇫🇮 Финляндия, 192.0.2.1:443: не отвечает" in text


@pytest.mark.parametrize(
    "program", ["import sys; sys.exit(1)", "print('no picture')", "import os; os.abort()"]
)
def test_without_the_picture_the_numbers_come_all_the_same(
    main_api: FakeAdminApi, program: str
) -> None:
    days = main_api.statistics().days

    assert picture.of(texts_in("ru"), days, (sys.executable, "-c", program)) is None


def test_days_without_a_sale_can_be_drawn(main_api: FakeAdminApi) -> None:
    days = [
        one.model_copy(update={"kopecks": 0, "new_users": 0}) for one in main_api.statistics().days
    ]
    drawn = picture.of(texts_in("en"), days)

    assert drawn
    assert drawn.startswith(b"\x89PNG")


@pytest.mark.parametrize("code", ["ru", "en"])
def test_the_numbers_of_a_large_shop_fit_into_a_message(main_api: FakeAdminApi, code: str) -> None:
    many = [
        ServerState(
            country="united_kingdom", address=f"[2001:db8:1234:5678:9abc:def0:1234:{at}]:65535",
            reachable=at % 2 == 0, pending_users=10**6, described=True,
        )
        for at in range(40)
    ]  # fmt: skip
    numbers = main_api.statistics().model_copy(update={"servers": many, "users": 10**9})

    text = told(texts_in(code), numbers)

    assert len(text) < 4096
    assert "10" in text.splitlines()[-1], "how many are not shown"
