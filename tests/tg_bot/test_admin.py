# ruff: noqa: RUF001 -- what the bot says in Russian
"""An admin at work: finds people, gives and takes time, acts, and is told what came of it."""

from datetime import timedelta

import pytest

from models.buttons import Button, callback
from models.codes import OrderStatus
from models.payments import CreatePaymentRequest
from tests.support.clock import FakeClock
from tests.support.fake_admin_api import FakeAdminApi
from tests.support.fake_notify_service import FakeNotifyService
from tests.support.waiting import wait_until
from tests.tg_bot.conftest import StartBot
from tests.tg_bot.people import Someone
from tests.tg_bot.people import admin_key as key
from tg_bot.admin.names import Item


def test_the_papers_form_adds_time_from_the_menu_and_from_anywhere(
    met: int, admin: Someone, anya: Someone, main_api: FakeAdminApi, clock: FakeClock
) -> None:
    admin.say("/admin")
    admin.sees("Меню админа")
    admin.press(key(Item.ADD_TIME))
    admin.sees("строки в любом порядке")
    admin.say(f"tgid={anya.id}\nmonths+=1\ndays+=3")
    admin.sees("+1 месяц +3 дня")
    first = main_api.users[met].expires_at
    assert first == clock() + timedelta(days=33)

    admin.say("days+=3\nusername=anya_sandbox")
    admin.has_messages(4)
    assert main_api.users[met].expires_at == first + timedelta(days=3)
    assert [line.admin_id for line in main_api.lines[met]] == [admin.id, admin.id]


def test_the_same_message_again_adds_nothing(
    met: int, admin: Someone, anya: Someone, main_api: FakeAdminApi, clock: FakeClock
) -> None:
    message = {
        "message_id": 7001, "date": 1, "chat": admin._chat(), "from": admin._user(),
        "text": f"tgid={anya.id}\ndays+=3",
    }  # fmt: skip
    admin.running.post("updates", message=message)
    admin.sees("+3 дня")
    admin.running.post("updates", message=message)
    admin.sees("Это уже сделано")

    assert main_api.users[met].expires_at == clock() + timedelta(days=3)


def test_a_key_pressed_twice_adds_once_and_a_fresh_one_adds_again(
    met: int, admin: Someone, main_api: FakeAdminApi, clock: FakeClock
) -> None:
    for message_id in (1001, 1002):
        admin.inject_press(key(Item.TIME_GO, met, 1, 0, "r0"), message_id)
        admin.has_messages(message_id - 999)
    assert main_api.users[met].expires_at == clock() + timedelta(days=30)
    assert "Это уже сделано" in admin.texts()[-1]

    admin.press(key(Item.CARD, met))
    admin.sees("С нами с")
    admin.press(key(Item.TIME_GO, met, 0, 3, "r1"))
    admin.sees("+3 дня")
    assert main_api.users[met].expires_at == clock() + timedelta(days=33)


def test_a_key_on_a_card_that_is_no_longer_true_adds_nothing_and_shows_the_card_anew(
    met: int, admin: Someone, main_api: FakeAdminApi, clock: FakeClock
) -> None:
    admin.inject_press(key(Item.CARD, met))
    admin.sees("С нами с")
    main_api.extend(met, clock() + timedelta(days=30))  # by another admin, at this moment
    admin.press(key(Item.TIME_GO, met, 1, 0, "r0"))
    assert "С нами с" in admin.sees("ничего не добавлено")["text"]
    assert main_api.users[met].expires_at == clock() + timedelta(days=30)

    admin.press(key(Item.TIME_GO, met, 1, 0, "r1"))
    admin.sees("+1 месяц")
    assert main_api.users[met].expires_at == clock() + timedelta(days=61)


def test_taking_time_is_asked_about_first(
    met: int, admin: Someone, anya: Someone, main_api: FakeAdminApi, clock: FakeClock
) -> None:
    main_api.extend(met, clock() + timedelta(days=10))
    admin.say(f"tgid={anya.id}\ndays+=-3")
    admin.sees("точно изменить срок")
    assert main_api.users[met].expires_at == clock() + timedelta(days=10)

    admin.press(next(str(one["data"]) for one in admin.buttons() if "timeGo" in one["data"]))
    admin.sees("): −3 дня")
    assert main_api.users[met].expires_at == clock() + timedelta(days=7)


@pytest.mark.parametrize(
    ("written", "answer"),
    [("months+=120", "доступ можно открыть не больше чем на 1100 дней. Ничего не изменено"),
     ("months+=121", "не больше 120"), ("weeks+=1", "Не знаю, что такое «weeks»")],
)  # fmt: skip
def test_what_cannot_be_done_is_told_and_changes_nothing(
    met: int, admin: Someone, anya: Someone, main_api: FakeAdminApi, written: str, answer: str
) -> None:
    admin.say(f"tgid={anya.id}\n{written}")

    admin.sees(answer)
    assert "Ничего не изменено" in admin.texts()[-1]
    assert main_api.users[met].expires_at is None


def test_time_of_ones_own_for_the_user_of_the_card(
    met: int, admin: Someone, main_api: FakeAdminApi, clock: FakeClock
) -> None:
    admin.inject_press(key(Item.OWN_TIME, met))
    admin.sees("сколько времени добавить")
    admin.say("tgid=5\ndays+=3")
    admin.sees("Здесь нужны только months и days")
    admin.say("45")
    admin.sees("+45 дней")

    assert main_api.users[met].expires_at == clock() + timedelta(days=45)


def test_revoke_new_link_ban_and_unban_are_asked_about_and_done_once(
    met: int, admin: Someone, main_api: FakeAdminApi, clock: FakeClock
) -> None:
    main_api.extend(met, clock() + timedelta(days=10))
    for name, told in (
        (Item.NEW_LINK, "Новая ссылка готова"), (Item.BAN, "В бане"), (Item.UNBAN, "Бан снят"),
        (Item.REVOKE, "Доступ закрыт"),
    ):  # fmt: skip
        revision = main_api.users[met].revision
        admin.inject_press(key(name, met))
        admin.sees("❓")
        assert main_api.users[met].revision == revision
        admin.press(key(Item.ACT_GO, met, name, revision))
        admin.sees(told)
        admin.inject_press(key(Item.ACT_GO, met, name, revision))
        admin.sees("Это уже сделано")

    assert main_api.new_links == {met: 1}
    assert main_api.users[met].expires_at == clock()
    assert not main_api.users[met].banned
    assert [line.action for line in main_api.lines[met]] == ["new_link", "ban", "unban", "revoke"]


def test_the_user_is_told_on_request_and_once(
    met: int, admin: Someone, anya: Someone, notify_service: FakeNotifyService
) -> None:
    admin.say(f"tgid={anya.id}\ndays+=3")
    admin.sees("+3 дня")
    assert not notify_service.notices
    tell = key(Item.TELL, met, "time", 0, 3, 1)
    admin.press(tell)
    admin.sees("Отправляем сообщение")
    admin.inject_press(tell)
    wait_until(lambda: len(admin.from_bot()) == 3)

    (notice,) = notify_service.notices.values()
    assert (notice.kind, notice.telegram_id) == ("accessChanged", anya.id)
    assert notice.params["what"] == "time"


def test_payments_and_history(met: int, admin: Someone, main_api: FakeAdminApi) -> None:
    main_api.create_payment(CreatePaymentRequest(user_id=met, tariff_id="month"))
    main_api.settle("order-1", OrderStatus.GRANTED)
    admin.inject_press(key(Item.PAYMENTS, met))
    assert "199 ₽ · month · ✅ оплачен" in admin.sees("Платежи: Аня")["text"].replace("\xa0", " ")
    admin.press(key(Item.CARD, met))
    assert "1 платёж" in admin.sees("С нами с")["text"]
    admin.inject_press(key(Item.TIME_GO, met, 0, 3, "r1"))
    admin.sees("+3 дня")
    admin.press(key(Item.CARD, met))
    admin.press(key(Item.AUDIT, met))
    assert "время · админ" in admin.sees("История: Аня")["text"]


def test_a_dialogue_survives_a_restart_is_left_by_exit_and_ends_after_a_day(
    met: int, start_bot: StartBot, admin: Someone, clock: FakeClock
) -> None:
    assert met
    admin.inject_press(key(Item.FIND))
    admin.sees("Пришлите что-нибудь одно")
    start_bot()
    admin.say("@anya_sandbox")
    admin.sees("С нами с")
    admin.say("exit")
    admin.sees("Вышли")
    admin.say("@anya_sandbox")
    admin.sees("на кнопках ниже")

    admin.inject_press(key(Item.FIND), 1001)
    admin.has_messages(6)
    clock.advance(hours=24, seconds=1)
    admin.say("@anya_sandbox")
    admin.has_messages(7)
    assert "на кнопках ниже" in admin.texts()[-1]


def test_with_main_api_away_the_admin_is_told_and_goes_on_later(
    met: int, admin: Someone, anya: Someone, main_api: FakeAdminApi, clock: FakeClock
) -> None:
    main_api.down = True
    admin.say(f"tgid={anya.id}\ndays+=3")
    admin.sees("наш сервис не отвечает")
    admin.inject_press(key(Item.TIME_GO, met, 1, 0, "r0"))
    admin.has_messages(3)
    main_api.down = False
    admin.press(key(Item.TIME_GO, met, 1, 0, "r0"))
    admin.sees("+1 месяц")

    assert main_api.users[met].expires_at == clock() + timedelta(days=30)


def test_a_user_who_is_gone_is_told_to_be(met: int, admin: Someone, main_api: FakeAdminApi) -> None:
    del main_api.users[met]
    admin.inject_press(key(Item.BAN, met))

    admin.sees("Такого пользователя больше нет")


def test_any_key_leaves_what_was_asked_in_writing(met: int, admin: Someone) -> None:
    assert met
    for number, pressed in enumerate((key(Item.MENU), callback(Button.MENU))):
        admin.inject_press(key(Item.FIND), 1001)
        admin.has_messages(2 + 3 * number)
        admin.inject_press(pressed, 1002)
        admin.has_messages(3 + 3 * number)
        admin.say("@anya_sandbox")
        admin.has_messages(4 + 3 * number)
        assert "на кнопках ниже" in admin.texts()[-1]
