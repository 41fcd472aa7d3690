"""A 429 holds its chat, and all of them only when another chat gets one meanwhile."""

import pytest

from models.codes import NoticeKind
from tests.common.telegram.emulated import ANYA, BOB
from tests.notify_service.house import House


def flood(house: House, chat_id: int, seconds: int = 7) -> None:
    house.telegram.fault(
        method="sendMessage", chat_id=chat_id, code=429, parameters={"retry_after": seconds}
    )


def later(house: House, seconds: float) -> None:
    house.elapsed.seconds += seconds
    house.clock.advance(seconds=seconds)


def test_a_flood_answer_in_one_chat_holds_that_chat_alone(house: House) -> None:
    flood(house, ANYA)
    for n in range(3):
        house.add(NoticeKind.TEST_PUSH, ANYA, key=f"push{n}", language="en")
    house.deliver()
    house.add(NoticeKind.TEST_PUSH, BOB, key="bob", language="en")
    house.deliver()

    assert house.state("bob") == "sent"
    assert house.deps.dispatcher.permit() == 0
    house.deps.dispatcher.gate.give_back()
    assert len(house.telegram.calls("sendMessage")) == 2
    later(house, 7.2)
    house.deliver()
    assert {house.state(f"push{n}") for n in range(3)} == {"sent"}
    assert len(house.telegram.texts(ANYA)) == 3


def test_flood_answers_in_several_chats_hold_all(house: House) -> None:
    for chat, seconds in ((ANYA, 20), (BOB, 7)):
        flood(house, chat, seconds)
        house.add(NoticeKind.TEST_PUSH, chat, key=f"to-{chat}", language="en")
    house.deliver()

    assert house.deps.dispatcher.permit() == pytest.approx(7.2)
    later(house, 7.2)
    house.deliver()
    assert (house.state(f"to-{ANYA}"), house.state(f"to-{BOB}")) == ("waiting", "sent")
    later(house, 13)
    house.deliver()
    assert house.state(f"to-{ANYA}") == "sent"


def test_a_flood_answer_long_after_another_chats_is_that_chats_alone(house: House) -> None:
    for chat in (ANYA, BOB):
        flood(house, chat)
        house.add(NoticeKind.TEST_PUSH, chat, key=f"to-{chat}", language="en")
        house.deliver()
        assert house.deps.dispatcher.permit() == 0
        house.deps.dispatcher.gate.give_back()
        later(house, 8)
