"""Which notice goes out when, to whom, in which words."""

from datetime import timedelta
from typing import Any

from common.clock import milliseconds
from models.codes import NoticeKind
from tests.common.telegram.emulated import ANYA, BOB
from tests.notify_service.house import House

RECEIVED: dict[str, Any] = {
    "order_id": "o1",
    "until_ms": 1_800_000_000_000,
    "months": 1,
    "first": 0,
}


def test_a_notice_is_sent_once_however_often_it_is_added(house: House) -> None:
    assert house.add(NoticeKind.PAYMENT_RECEIVED, ANYA, language="ru", **RECEIVED) == "waiting"
    house.deliver()

    assert house.add(NoticeKind.PAYMENT_RECEIVED, ANYA, language="ru", **RECEIVED) == "sent"
    house.deliver()
    [text] = house.telegram.texts(ANYA)
    assert text.startswith("✅ Оплата получена, спасибо!")
    assert "до 15 января 2027." in text
    assert house.stored()["message_id"] == 3  # after two /start


def test_nothing_is_sent_before_it_is_due(house: House) -> None:
    due_at = house.clock() + timedelta(seconds=5)
    house.add(NoticeKind.TEST_PUSH, ANYA, language="en", due_at=due_at)
    house.deliver()
    assert house.telegram.texts(ANYA) == []

    house.clock.advance(seconds=5)
    house.deliver()

    assert len(house.telegram.texts(ANYA)) == 1


def test_money_goes_before_reminders(house: House) -> None:
    for n in range(3):
        house.add(NoticeKind.TEST_PUSH, ANYA, key=f"push{n}", language="en", text=f"push {n}")
        house.clock.advance(seconds=1)
    house.add(NoticeKind.OWNER_ALERT, ANYA, key="alert", language="en", text="disk full")
    house.deliver()

    assert house.telegram.texts(ANYA) == [
        "🚨 Attention is needed\n\ndisk full", "push 0", "push 1", "push 2",
    ]  # fmt: skip


def test_who_has_changed_the_language_since_it_was_added_reads_the_new_one(house: House) -> None:
    house.shop.add(BOB, language="ru", expires_at=house.clock())
    house.add(NoticeKind.SUB_ENDED, BOB, language="en")
    house.deliver()

    assert house.telegram.texts(BOB)[0].startswith("⏳ Ваш доступ закончился.")


def test_without_a_language_the_users_own_is_spoken(house: House) -> None:
    house.shop.add(BOB, language="en")
    house.add(NoticeKind.PAYMENT_FAILED, BOB, order_id="o1")
    house.deliver()

    assert house.telegram.texts(BOB)[0].startswith("😕 The payment did not go through.")


def test_without_main_api_a_receipt_goes_out_in_russian(house: House) -> None:
    house.main_api_wire.down = True
    house.add(NoticeKind.PAYMENT_FAILED, BOB, order_id="o1")
    house.deliver()

    assert house.telegram.texts(BOB)[0].startswith("😕 Оплата не прошла.")


def test_the_end_of_access_is_told_unless_it_was_renewed(house: House) -> None:
    house.shop.add(ANYA, expires_at=house.clock() - timedelta(seconds=30))
    house.shop.add(BOB, expires_at=house.clock() + timedelta(days=30))
    house.add(NoticeKind.SUB_ENDED, ANYA, key="anya")
    house.add(NoticeKind.SUB_ENDED, BOB, key="bob")
    house.add(NoticeKind.SUB_ENDED, 999, key="deleted")
    house.deliver()

    assert (house.state("anya"), house.state("bob")) == ("sent", "dropped")
    assert house.state("deleted") == "dropped"
    assert house.telegram.texts(BOB) == []
    [call] = house.telegram.calls("sendMessage")
    assert "s1:renewSub" in call["params"]["reply_markup"]


def test_an_end_that_was_moved_since_is_not_told(house: House) -> None:
    end = house.clock() - timedelta(days=1)
    house.shop.add(ANYA, expires_at=end)
    house.add(NoticeKind.SUB_ENDED, ANYA, key="moved", end_ms=milliseconds(house.clock()))
    house.add(NoticeKind.SUB_ENDED, ANYA, key="meant", end_ms=milliseconds(end))
    house.deliver()

    assert (house.state("moved"), house.state("meant")) == ("dropped", "sent")


def test_the_end_of_a_trial_is_told_in_its_own_words(house: House) -> None:
    house.shop.add(ANYA, expires_at=house.clock(), has_trial=True)
    house.add(NoticeKind.SUB_ENDED, ANYA)
    house.deliver()

    assert house.telegram.texts(ANYA)[0].startswith("⏳ Пробный период закончился.")


def test_the_end_of_access_waits_for_main_api(house: House) -> None:
    house.shop.add(ANYA, expires_at=house.clock())
    house.main_api_wire.down = True
    house.add(NoticeKind.SUB_ENDED, ANYA)
    house.deliver()
    assert house.state() == "waiting"

    house.main_api_wire.down = False
    house.clock.advance(seconds=2)
    house.deliver()

    assert house.state() == "sent"


def test_outcomes_are_counted(house: House) -> None:
    house.add(NoticeKind.TEST_PUSH, ANYA, language="ru")
    house.deliver()

    page = house.app.test_client().get("/metrics").get_data(as_text=True)
    assert 'notices_total{kind="testPush",state="sent"} 1.0' in page
