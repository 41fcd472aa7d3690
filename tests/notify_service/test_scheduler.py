"""When the scheduler's own threads send: at once, on time, after any trouble, and never twice."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from models.codes import NoticeKind
from tests.common.telegram.emulated import ANYA, Telegram
from tests.notify_service.house import House, house


@pytest.fixture(name="house")
def _house(telegram: Telegram, tmp_path: Path) -> Iterator[House]:
    with house(telegram, tmp_path, monotonic=time.monotonic) as built:
        yield built
        built.database.away = False
        built.deps.scheduler.stop()


def seconds_until(condition: Callable[[], bool], patience: float = 8.0) -> float:
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < patience, "it did not happen"
        time.sleep(0.005)
    return time.monotonic() - began


def push(house: House, key: str, **given: object) -> None:
    house.add(NoticeKind.TEST_PUSH, ANYA, key=key, language="en", text=key, **given)


def test_what_is_due_now_goes_at_once(house: House) -> None:
    house.deps.scheduler.start()
    push(house, "first")
    seconds_until(lambda: house.state("first") == "sent")

    push(house, "second")
    assert seconds_until(lambda: house.state("second") == "sent") < 0.8  # under a look at the clock


def test_what_is_due_in_a_month_goes_when_the_clock_is_there(house: House) -> None:
    house.deps.scheduler.start()
    push(house, "later", due_at=house.clock() + timedelta(days=30))
    time.sleep(0.1)
    assert house.state("later") == "waiting"

    house.clock.advance(days=31)

    assert seconds_until(lambda: house.state("later") == "sent") < 2.5


def test_an_earlier_notice_does_not_wait_for_a_later_one(house: House) -> None:
    house.deps.scheduler.start()
    push(house, "later", due_at=house.clock() + timedelta(days=30))
    time.sleep(0.1)
    push(house, "now")

    assert seconds_until(lambda: house.state("now") == "sent") < 0.8


def test_what_comes_after_the_clock_was_set_back_goes_in_time(house: House) -> None:
    house.deps.scheduler.start()
    time.sleep(0.1)
    house.clock.advance(hours=-1)
    push(house, "soon", due_at=house.clock() + timedelta(seconds=25))
    house.clock.advance(seconds=26)

    seconds_until(lambda: house.state("soon") == "sent", patience=30.0)


def test_what_fell_due_while_it_was_down_goes_at_start(house: House) -> None:
    push(house, "old", due_at=house.clock() - timedelta(days=3))
    push(house, "torn")
    house.database.collection("notices").update_one(
        {"_id": "torn"}, {"$set": {"state": "sending", "run": "killed", "calling": True}}
    )
    house.deps.scheduler.start()

    seconds_until(lambda: house.state("old") == "sent" and house.state("torn") == "unknown")
    assert house.telegram.texts(ANYA) == ["old"]


def test_many_workers_send_each_notice_once(house: House) -> None:
    for n in range(40):
        push(house, f"push-{n}")
    house.deps.scheduler.start()

    seconds_until(lambda: all(house.state(f"push-{n}") == "sent" for n in range(40)))
    assert Counter(house.telegram.texts(ANYA)) == Counter(f"push-{n}" for n in range(40))


def test_at_start_main_api_learns_who_had_blocked_the_bot(house: House) -> None:
    house.shop.add(ANYA)
    house.telegram.block(ANYA)
    house.main_api_wire.down = True
    push(house, "blocked")
    house.deliver()
    house.main_api_wire.down = False
    house.deps.scheduler.start()

    seconds_until(lambda: house.shop.users[ANYA].blocked)


def test_it_outlives_the_database(house: House) -> None:
    push(house, "waiting")
    house.database.away = True
    house.deps.scheduler.start()
    time.sleep(0.2)
    assert house.deps.scheduler.alive()

    house.database.away = False

    seconds_until(lambda: house.state("waiting") == "sent")


def test_what_was_sent_while_the_database_went_away_is_written_when_it_is_back(
    house: House,
) -> None:
    house.telegram.fault(method="sendMessage", after_sleep=0.3)
    push(house, "sent")
    house.deps.scheduler.start()
    seconds_until(lambda: house.telegram.texts(ANYA) == ["sent"])
    house.database.away = True
    time.sleep(0.6)
    house.database.away = False

    seconds_until(lambda: house.state("sent") == "sent")
    assert house.telegram.texts(ANYA) == ["sent"]


def test_after_a_flood_answer_all_goes_on_in_time(house: House) -> None:
    house.telegram.fault(method="sendMessage", code=429, parameters={"retry_after": 1})
    for n in range(5):
        push(house, f"push-{n}")
    began, our_time = time.monotonic(), house.clock()
    house.deps.scheduler.start()

    def all_sent() -> bool:
        house.clock.now = our_time + timedelta(seconds=time.monotonic() - began)
        return all(house.state(f"push-{n}") == "sent" for n in range(5))

    assert seconds_until(all_sent) > 1.0
    assert len(house.telegram.texts(ANYA)) == 5


def test_stopping_lets_a_call_end(house: House) -> None:
    house.telegram.fault(method="sendMessage", after_sleep=0.4)
    push(house, "last")
    house.deps.scheduler.start()
    seconds_until(lambda: house.telegram.texts(ANYA) == ["last"])

    house.deps.scheduler.stop()

    assert house.state("last") == "sent"
    assert not house.deps.scheduler.alive()
    assert house.app.test_client().get("/health").status_code == 503
