"""What the bot keeps on disk and in memory: inbox, states, lanes, lock, pace."""

from pathlib import Path
from threading import Event, Lock

import pytest

from tests.support.clock import FakeClock
from tg_bot.database import Database
from tg_bot.inbox import MAX_TRIES, Inbox
from tg_bot.lanes import Lanes
from tg_bot.lock import AnotherPoller, take_lock
from tg_bot.states import States
from tg_bot.throttle import BURST, Throttle, Verdict


def test_states_are_there_after_a_restart_and_gone_after_a_day(
    tmp_path: Path, clock: FakeClock
) -> None:
    first = Database(tmp_path)
    States(first, clock).put(7, "referral", {"payload": "ref_1"})
    first.close()
    second = Database(tmp_path)
    states = States(second, clock)

    assert states.get(7, "referral") == {"payload": "ref_1"}
    assert states.get(8, "referral") is None
    assert states.people_with("referral") == [7]
    clock.advance(hours=24)
    assert states.get(7, "referral") is None
    assert states.people_with("referral") == []
    second.close()


def test_an_expired_state_is_removed_from_the_disk(database: Database, clock: FakeClock) -> None:
    states = States(database, clock)
    states.put(7, "old", {})
    clock.advance(hours=25)

    states.put(7, "new", {})

    assert database.rows("SELECT name FROM states") == [("new",)]


def test_only_json_can_be_a_state(database: Database, clock: FakeClock) -> None:
    states = States(database, clock)
    states.put(7, "kept", {"a": 1})

    with pytest.raises(TypeError):
        states.put(7, "kept", {"a": object()})

    assert states.get(7, "kept") == {"a": 1}


def test_the_file_is_written_through(database: Database) -> None:
    assert database.rows("PRAGMA journal_mode") == [("wal",)]
    assert database.rows("PRAGMA synchronous") == [(2,)]


def test_an_update_is_given_up_only_after_enough_tries_and_enough_time(
    database: Database, clock: FakeClock
) -> None:
    inbox = Inbox(database, clock)
    inbox.store([{"update_id": 1}])

    assert all(inbox.failed(1) for _ in range(MAX_TRIES + 3))
    clock.advance(minutes=16)
    assert inbox.waiting()
    assert not inbox.failed(1)
    assert inbox.waiting() == []


def test_what_was_handled_leaves_no_content_behind(database: Database, clock: FakeClock) -> None:
    inbox = Inbox(database, clock)
    inbox.store([{"update_id": 1, "message": {"text": "private"}}])

    inbox.done(1)

    assert database.rows("SELECT update_id, body FROM inbox") == [(1, None)]


def test_one_persons_jobs_run_in_order_and_never_two_at_a_time() -> None:
    lanes, lock, seen = Lanes(8), Lock(), list[int]()

    def job(number: int) -> None:
        assert lock.acquire(blocking=False), "two jobs of one person at the same time"
        seen.append(number)
        lock.release()

    for number in range(200):
        lanes.submit(1, lambda number=number: job(number))  # type: ignore[misc]

    assert lanes.drain(5)
    assert seen == list(range(200))


def test_slow_people_do_not_hold_up_the_others() -> None:
    lanes, gate, done = Lanes(4), Event(), Event()
    for slow in range(3):
        for _ in range(10):
            lanes.submit(slow, lambda: gate.wait(30))

    lanes.submit(99, done.set)

    assert done.wait(2)
    gate.set()
    assert lanes.drain(5)


def test_a_job_that_fails_does_not_stop_its_lane() -> None:
    lanes, done = Lanes(1), Event()

    def fail() -> None:
        raise ValueError("a bug")

    lanes.submit(1, fail)
    lanes.submit(1, done.set)

    assert done.wait(2)
    assert lanes.drain(2)


def test_closed_lanes_take_nothing_and_do_not_wait_for_ever() -> None:
    lanes, gate = Lanes(1), Event()
    lanes.submit(1, lambda: gate.wait(30))

    assert not lanes.drain(0.05)
    assert not lanes.submit(2, gate.set)
    gate.set()
    assert lanes.drain(2)


def test_the_lock_is_for_one_and_falls_with_its_file(tmp_path: Path) -> None:
    with take_lock(tmp_path), pytest.raises(AnotherPoller):
        take_lock(tmp_path)

    take_lock(tmp_path).close()


class Elapsed:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_the_pace_of_a_person_is_never_refused() -> None:
    elapsed = Elapsed()
    throttle = Throttle(elapsed)

    for number in range(100):
        elapsed.seconds += 1.1
        assert throttle.judge(1, f"5:{number}") is Verdict.PASS


def test_mashing_is_told_once_and_then_dropped_until_it_calms_down() -> None:
    elapsed = Elapsed()
    throttle = Throttle(elapsed)
    verdicts = [throttle.judge(1, "") for _ in range(int(BURST) + 5)]

    assert verdicts.count(Verdict.PASS) == BURST
    assert verdicts[int(BURST) :] == [Verdict.TELL] + [Verdict.DROP] * 4
    assert throttle.judge(2, "") is Verdict.PASS
    elapsed.seconds += 3
    assert throttle.judge(1, "") is Verdict.PASS


def test_the_same_key_twice_at_once_counts_once_unless_it_came_to_nothing() -> None:
    elapsed = Elapsed()
    throttle = Throttle(elapsed)
    assert throttle.judge(1, "5:s1:pay:month") is Verdict.PASS
    assert throttle.judge(1, "5:s1:pay:month") is Verdict.REPEATED
    assert throttle.judge(1, "5:s1:menu") is Verdict.PASS

    throttle.forget_key(1)

    assert throttle.judge(1, "5:s1:menu") is Verdict.PASS
    elapsed.seconds += 1
    assert throttle.judge(1, "5:s1:menu") is Verdict.PASS
