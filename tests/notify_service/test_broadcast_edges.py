"""Broadcasts to nobody, stopped before they began, asked for what cannot be; and their logs."""

import json
import logging

import pytest

from common.errors import Conflict
from models.broadcasts import BroadcastButton
from tests.notify_service.casting import ADMIN, Casting
from tests.notify_service.house import House

SECRET = "Only for our readers"


@pytest.fixture
def cast(house: House) -> Casting:
    house.shop.add(ADMIN, language="en", blocked=True)
    return Casting(house)


def test_to_nobody_it_is_done_at_once_and_can_be_taken_back_all_the_same(cast: Casting) -> None:
    """All have left between the question and the answer."""
    cast.begin()
    cast.work()
    assert (cast.told().state, cast.told().recipients) == ("done", 0)
    cast.house.notices.delete_broadcast("cast")
    cast.work()

    assert (cast.told().state, cast.told().deleted) == ("deleted", 0)


def test_stopped_while_main_api_is_away_it_never_begins(cast: Casting) -> None:
    people = cast.invite(3)
    cast.house.main_api_wire.down = True
    cast.begin()
    runner = cast.house.deps.broadcast.runner
    runner.house.step()
    cast.house.notices.stop_broadcast("cast")
    cast.house.main_api_wire.down = False
    runner.house._freeze_at = 0.0
    cast.work()
    runner.house.step()

    assert cast.told().state == "stopped"
    assert cast.copies() == dict.fromkeys(people, 0)
    assert "was stopped" in cast.house.telegram.texts(ADMIN)[-1]


def test_a_page_that_arrives_after_the_stop_reaches_nobody(cast: Casting) -> None:
    people = cast.invite(2)
    cast.begin()
    room = cast.house.deps.broadcast.runner
    job = room.store.current()
    assert job is not None
    cast.house.notices.stop_broadcast("cast")
    room.house.freezing.next_page(job)
    cast.work()
    cast.house.notices.resume_broadcast("cast")
    cast.work()

    assert cast.told().state == "stopped"
    assert cast.copies() == dict.fromkeys(people, 0)


@pytest.mark.parametrize("paused", [False, True])
def test_while_it_is_not_over_nothing_is_taken_back(cast: Casting, *, paused: bool) -> None:
    cast.invite(2)
    cast.begin()
    cast.freeze()
    cast.serve(1)
    if paused:
        cast.house.notices.pause_broadcast("cast")
    with pytest.raises(Conflict):
        cast.house.notices.delete_broadcast("cast")
    assert cast.told().state == ("paused" if paused else "running")


def test_a_draft_that_was_thrown_away_can_neither_start_nor_be_taken_back(cast: Casting) -> None:
    people = cast.invite(1)
    cast.draft()
    cast.house.notices.stop_broadcast("cast")
    cast.start()
    with pytest.raises(Conflict):
        cast.house.notices.delete_broadcast("cast")
    cast.work()

    assert cast.copies() == dict.fromkeys(people, 0)


def test_no_log_holds_what_was_sent_to_whom(
    cast: Casting, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    people = cast.invite(4)
    cast.house.telegram.block(people[0])
    source = cast.write(SECRET)
    cast.house.telegram.fault(
        method="copyMessage", chat_id=people[1], code=400,
        text="Bad Request: inline keyboard button URL 'https://example.org/secret' is invalid",
    )  # fmt: skip
    rows = [BroadcastButton(text=SECRET, url="https://example.org/secret")]
    cast.begin("cast", rows, source_message_id=source)
    cast.work()
    cast.house.deps.broadcast.runner.house.step()

    assert cast.told().state == "stopped"
    told = json.dumps([vars(record) for record in caplog.records], default=str)
    assert "a broadcast is stopped" in told
    for secret in (SECRET, "example.org", *map(str, people)):
        assert secret not in told
