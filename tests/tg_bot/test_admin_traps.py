# ruff: noqa: RUF001 -- what the bot says in Russian
"""What an admin never meant: others' words that he forwards, answers that were lost, old ends."""

from datetime import timedelta
from typing import Any

import pytest
from pyotp.totp import TOTP
from typing_extensions import override

from common.errors import Unavailable
from models.admin import ActDone, AddTime
from sandbox.telegram.faults import Fault
from tests.support.clock import FakeClock
from tests.support.fake_admin_api import FakeAdminApi
from tests.support.fake_notify_service import FakeNotifyService
from tests.support.waiting import wait_until
from tests.tg_bot.conftest import ADMIN, StartBot
from tests.tg_bot.people import Someone
from tests.tg_bot.people import admin_key as key
from tg_bot.admin.names import Item
from tg_bot.admin.totp import SecondFactor, Verdict
from tg_bot.database import Database
from tg_bot.states import States

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


class LosesAnswers(FakeAdminApi):
    """`lost`: so many answers to acts never come, though the acts are done."""

    lost = 0

    @override
    def add_time(self, user_id: int, act: AddTime) -> ActDone:
        done = super().add_time(user_id, act)
        if self.lost:
            self.lost -= 1
            raise Unavailable("main_api has not answered in time")
        return done


@pytest.fixture
def main_api(clock: FakeClock) -> LosesAnswers:
    return LosesAnswers(clock)


def forward(admin: Someone, author: Someone, text: str, message_id: int = 7000) -> None:
    message: dict[str, Any] = {
        "message_id": message_id, "date": 1, "chat": admin._chat(), "from": admin._user(),
        "text": text,
        "forward_origin": {"type": "user", "date": 1, "sender_user": author._user()},
    }  # fmt: skip
    admin.running.post("updates", message=message)


@pytest.mark.parametrize(
    "words", ["/start", "/menu", "/admin", "exit", "123456", "tgid=5\ndays+=3"]
)
def test_whoever_wrote_a_forwarded_message_is_found_whatever_he_wrote(
    met: int, admin: Someone, anya: Someone, words: str
) -> None:
    assert met
    admin.inject_press(key(Item.FIND))
    admin.sees("Пришлите что-нибудь одно")
    forward(admin, anya, words)

    assert f"Telegram {anya.id}" in admin.sees("С нами с")["text"]


@pytest.mark.parametrize("asked", [None, Item.ADD_TIME, Item.FIND])
def test_a_form_that_somebody_else_wrote_gives_no_time(
    met: int, admin: Someone, anya: Someone, main_api: LosesAnswers, asked: Item | None
) -> None:
    if asked:
        admin.inject_press(key(asked))
        admin.has_messages(2)
    forward(admin, anya, f"tgid={anya.id}\nmonths+=12")
    admin.has_messages(3 if asked else 2)

    assert main_api.users[met].expires_at is None


def test_signs_without_width_are_not_seen(
    met: int, admin: Someone, anya: Someone, main_api: LosesAnswers, clock: FakeClock
) -> None:
    admin.say(f"\u200etgid={anya.id}\u200b\ndays+=3\ufeff")
    admin.sees("+3 дня")

    assert main_api.users[met].expires_at == clock() + timedelta(days=3)


def test_a_name_does_not_turn_round_what_stands_after_it(
    met: int, admin: Someone, anya: Someone, main_api: LosesAnswers
) -> None:
    main_api.change(met, first_name="\u202eАня", last_name="\u2067")
    admin.say(f"tgid={anya.id}")

    assert admin.sees("С нами с")["text"].startswith("👤 Аня (@anya_sandbox)")


@pytest.mark.parametrize("written", ["3", "+ 3", "+3"])
def test_a_number_of_days_may_stand_apart_from_its_sign(
    met: int, admin: Someone, main_api: LosesAnswers, clock: FakeClock, written: str
) -> None:
    admin.inject_press(key(Item.OWN_TIME, met))
    admin.sees("сколько времени")
    admin.say(written)
    admin.sees("+3 дня")

    assert main_api.users[met].expires_at == clock() + timedelta(days=3)


@pytest.mark.parametrize("written", ["−3", "- 3", "—3"])
def test_a_minus_is_asked_about_however_a_phone_writes_it(
    met: int, admin: Someone, main_api: LosesAnswers, written: str
) -> None:
    assert not main_api.users[met].expires_at
    admin.inject_press(key(Item.OWN_TIME, met))
    admin.sees("сколько времени")
    admin.say(written)
    admin.sees("точно изменить срок на −3 дня")


def test_an_answer_that_was_lost_is_asked_for_again_by_a_key_that_adds_nothing_twice(
    met: int, admin: Someone, anya: Someone, main_api: LosesAnswers, clock: FakeClock
) -> None:
    main_api.lost = 1
    admin.say(f"tgid={anya.id}\nmonths+=1")
    admin.sees("не пишите заново")
    (again,) = [str(one["data"]) for one in admin.buttons() if "timeGo" in str(one["data"])]
    admin.press(again)
    admin.sees("Это уже сделано")

    assert main_api.users[met].expires_at == clock() + timedelta(days=30)


def test_a_banned_one_is_not_told_that_his_access_is_open(
    met: int, admin: Someone, anya: Someone, main_api: FakeAdminApi,
    notify_service: FakeNotifyService,
) -> None:  # fmt: skip
    main_api.change(met, banned=True)
    admin.say(f"tgid={anya.id}\ndays+=3")
    assert "В бане" in admin.sees("+3 дня")["text"]
    admin.press(key(Item.TELL, met, "time", 0, 3, 1))
    admin.sees("Отправляем сообщение")

    (notice,) = notify_service.notices.values()
    assert notice.params["until_ms"] == 0


def test_a_message_that_telegram_did_not_take_is_no_delivered_one_in_the_history(
    met: int, admin: Someone, anya: Someone
) -> None:
    admin.inject_press(key(Item.MESSAGE, met))
    admin.sees("что отправить")
    admin.say("hello")
    admin.sees("Так это увидит")
    admin.running.emulator.faults.queue.append(
        Fault(method="copyMessage", chat_id=anya.id, times=4, code=502)
    )
    go = next(str(one["data"]) for one in admin.buttons() if "msgGo" in one["data"])
    admin.press(go)
    admin.sees("ничего не отправлено")
    admin.inject_press(key(Item.AUDIT, met))
    assert "Telegram не принял" in admin.sees("История")["text"]

    admin.running.emulator.faults.queue.clear()
    admin.press(go)
    admin.sees("Доставлено")
    admin.inject_press(key(Item.AUDIT, met), 1001)
    wait_until(lambda: admin.texts()[-1].count("сообщение · админ") == 2)
    assert anya.texts()[1:] == ["hello"]


def test_who_is_gone_is_no_longer_asked_about(
    met: int, admin: Someone, main_api: FakeAdminApi
) -> None:
    admin.inject_press(key(Item.OWN_TIME, met))
    admin.sees("сколько времени")
    del main_api.users[met]
    admin.say("3")
    admin.sees("Такого пользователя больше нет")
    admin.say("3")
    admin.sees("на кнопках ниже")


def test_a_new_secret_ends_what_the_old_one_has_opened(
    database: Database, clock: FakeClock
) -> None:
    states = States(database, clock)
    factor = SecondFactor({ADMIN: SECRET}, states, clock)
    assert factor.judge(ADMIN, TOTP(SECRET).at(clock()), message_id=1) is Verdict.RIGHT
    assert SecondFactor({ADMIN: SECRET}, states, clock).passed(ADMIN)

    assert not SecondFactor({ADMIN: SECRET[::-1]}, states, clock).passed(ADMIN)


class TestSecondFactor:
    @pytest.fixture
    def totp_secrets(self) -> dict[int, str]:
        return {ADMIN: SECRET}

    def test_what_was_asked_before_the_code_is_over(
        self, start_bot: StartBot, admin: Someone, clock: FakeClock
    ) -> None:
        start_bot()
        admin.start()
        admin.say("/admin")
        admin.sees("шесть цифр")
        admin.say(TOTP(SECRET).at(clock()))
        admin.sees("Меню админа")
        clock.advance(hours=11, minutes=59)
        admin.press(key(Item.FIND))
        admin.sees("Пришлите что-нибудь одно")
        clock.advance(minutes=2)
        admin.say("999")
        admin.sees("шесть цифр")
        admin.say(TOTP(SECRET).at(clock()))
        admin.sees("Меню админа")
        admin.say("999")

        admin.sees("на кнопках ниже")
