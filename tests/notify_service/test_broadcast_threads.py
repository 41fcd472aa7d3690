"""A broadcast in the hands of its own threads; what the admin is shown meanwhile; and many rows."""

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from models.admin import Recipient
from models.codes import NoticeKind
from notify_service.broadcast.progress import EVERY_SECONDS
from tests.common.telegram.emulated import ANYA, Telegram
from tests.notify_service.casting import ADMIN, Casting
from tests.notify_service.house import house
from tests.support.waiting import wait_until


@pytest.fixture
def cast(telegram: Telegram, tmp_path: Path) -> Iterator[Casting]:
    """Its threads run, once a test has started them."""
    with house(telegram, tmp_path, monotonic=time.monotonic, rate=100.0) as built:
        built.shop.add(ADMIN, language="en", blocked=True)
        yield Casting(built)
        built.database.away = False
        built.deps.broadcast.runner.stop()


def test_many_workers_serve_each_once(cast: Casting) -> None:
    people = cast.invite(60)
    cast.house.telegram.block(people[3])
    cast.house.deps.broadcast.runner.start()
    cast.begin()

    wait_until(lambda: cast.told().state == "done", 20)
    wait_until(lambda: cast.house.shop.users[people[3]].blocked)
    assert cast.copies() == {person: int(person != people[3]) for person in people}


def test_it_outlives_the_database_and_writes_what_was_sent(cast: Casting) -> None:
    cast.invite(5)
    cast.house.telegram.fault(method="copyMessage", times=5, after_sleep=0.4)
    cast.house.deps.broadcast.runner.start()
    cast.begin()
    wait_until(lambda: any(cast.copies().values()))
    cast.house.database.away = True
    time.sleep(0.2)
    assert cast.house.deps.broadcast.runner.alive()
    cast.house.database.away = False

    wait_until(lambda: cast.told().state == "done", 20)
    assert set(cast.copies().values()) == {1}
    assert cast.told().sent == 5


def test_a_pause_holds_as_soon_as_it_is_answered(cast: Casting) -> None:
    cast.invite(200)
    cast.house.deps.broadcast.runner.start()
    cast.begin()
    wait_until(lambda: sum(cast.copies().values()) > 2)
    cast.house.notices.pause_broadcast("cast")
    time.sleep(0.2)  # for who had looked at the state just before
    wait_until(lambda: "sending" not in cast.states().values())
    there = sum(cast.copies().values())
    time.sleep(0.15)

    assert there < 200
    assert sum(cast.copies().values()) == there
    cast.house.notices.resume_broadcast("cast")
    wait_until(lambda: cast.told().state == "done", 20)
    assert set(cast.copies().values()) == {1}


def test_a_receipt_arrives_while_it_runs(cast: Casting) -> None:
    cast.invite(150)
    cast.house.deps.broadcast.runner.start()
    cast.house.deps.scheduler.start()
    cast.begin()
    wait_until(lambda: sum(cast.copies().values()) > 5)
    cast.house.add(NoticeKind.OWNER_ALERT, ANYA, text="paid")

    wait_until(lambda: len(cast.house.telegram.texts(ANYA)) == 1)
    assert sum(cast.copies().values()) < 150
    cast.house.deps.scheduler.stop()


def test_the_progress_is_edited_seldom_and_only_when_it_changed(cast: Casting) -> None:
    progress = cast.house.deps.broadcast.runner.house.progress
    moment = [1000.0]
    progress.monotonic = lambda: moment[0]
    cast.invite(6)
    cast.begin()
    cast.freeze()

    def edits() -> int:
        cast.house.deps.broadcast.runner.house.step()
        return len(cast.house.telegram.calls("editMessageText"))

    first = edits()
    cast.serve(2)
    assert edits() == first  # too soon
    moment[0] += EVERY_SECONDS
    cast.house.deps.broadcast.recipients.counts("cast", fresh=True)
    assert edits() == first + 1
    assert "2 of 6" in cast.house.telegram.texts(ADMIN)[-1]
    moment[0] += EVERY_SECONDS
    assert edits() == first + 1  # nothing new
    cast.house.notices.pause_broadcast("cast")
    assert edits() == first + 2  # a change of state is told at once


def test_what_is_left_is_estimated_by_the_pace_of_the_last_minute(cast: Casting) -> None:
    progress = cast.house.deps.broadcast.runner.house.progress
    moment = [1000.0]
    progress.monotonic = lambda: moment[0]
    cast.invite(30)
    cast.begin()
    cast.freeze()
    for _ in range(3):
        cast.serve(2)
        cast.house.deps.broadcast.recipients.counts("cast", fresh=True)
        cast.house.deps.broadcast.runner.house.step()
        moment[0] += 10

    # 4 in 20 s are 0.2 a second, and 24 are left
    assert cast.told().seconds_left == 120
    assert "about 2 minutes more" in cast.house.telegram.texts(ADMIN)[-1]


def test_a_forgotten_person_leaves_no_row(cast: Casting) -> None:
    people = cast.invite(2)
    cast.begin()
    cast.work()
    cast.house.deps.broadcast.recipients.forget(
        people[0], cast.house.clock() + timedelta(seconds=1)
    )

    assert set(cast.states()) == {people[1]}
    assert cast.told().sent == 2


def test_ten_thousand_recipients_slow_no_claim_down(cast: Casting) -> None:
    """Counts take a fiftieth of the time at most, whatever they cost."""
    recipients, clock = cast.house.deps.broadcast.recipients, cast.house.clock
    recipients.prepare()
    people = [Recipient(telegram_id=n, language="ru") for n in range(1, 10_001)]
    recipients.add("cast", people, clock())
    counted = recipients.counts("cast")
    for _ in range(50):
        claimed = recipients.claim("cast", clock(), leaving="waiting", to="sending")
        assert claimed is not None
        recipients.finish(claimed, "sent", clock(), message_id=1)

    assert counted.waiting == 10_000
    assert recipients.counts("cast") is counted  # not counted anew so soon
    assert recipients.counts("cast", fresh=True).sent == 50
