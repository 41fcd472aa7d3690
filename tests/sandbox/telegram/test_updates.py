"""getUpdates, point by point as the server does it."""

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.sandbox.telegram.running import ANYA, TOKEN, Running, running_emulator

CONFLICT = (
    "409 Conflict: terminated by other getUpdates request; "
    "make sure that only one bot instance is running"
)


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as executor:
        yield executor


def ids(updates: Any) -> list[int]:
    return [update["update_id"] for update in updates]


def say(sandbox: Running, *texts: str) -> None:
    for text in texts:
        sandbox.act(ANYA, "say", text=text)


def poll(sandbox: Running, **params: Any) -> requests.Response:
    url = f"{sandbox.base}/bot{TOKEN}/getUpdates"
    return requests.get(url, params={"timeout": 20, **params}, timeout=30)


def polling(pool: ThreadPoolExecutor, sandbox: Running, **params: Any) -> Future[requests.Response]:
    """A long poll that has come to wait."""
    before = sandbox.emulator.queue._waiting
    future = pool.submit(poll, sandbox, **params)
    deadline = time.monotonic() + 5
    while sandbox.emulator.queue._waiting is before and time.monotonic() < deadline:
        time.sleep(0.005)
    assert sandbox.emulator.queue._waiting is not before
    return future


def test_numbers_start_high_and_grow_by_one(sandbox: Running) -> None:
    say(sandbox, "a", "b", "c")
    first, second, third = ids(sandbox.updates())
    assert 10**5 <= first <= 10**9
    assert (second, third) == (first + 1, first + 2)


def test_what_is_not_confirmed_comes_again(sandbox: Running) -> None:
    say(sandbox, "a")
    assert sandbox.updates() == sandbox.updates() != []


def test_an_offset_confirms_what_is_below_it_and_nothing_else(sandbox: Running) -> None:
    say(sandbox, "a", "b", "c")
    first, second, third = ids(sandbox.updates())
    assert ids(sandbox.updates(offset=second)) == [second, third]
    assert ids(sandbox.updates(offset=first)) == [second, third]
    assert ids(sandbox.updates()) == [second, third]
    sandbox.elapsed.seconds += 4
    assert sandbox.call("getWebhookInfo")["pending_update_count"] == 2


def test_a_limit_gives_the_first_ones(sandbox: Running) -> None:
    say(sandbox, "a", "b", "c")
    assert ids(sandbox.updates(limit=2)) == ids(sandbox.updates())[:2]


def test_a_negative_offset_keeps_only_the_last_ones(sandbox: Running) -> None:
    say(sandbox, "a", "b", "c")
    *_, last = ids(sandbox.updates())
    assert ids(sandbox.updates(offset=-1)) == [last]
    assert ids(sandbox.updates()) == [last]


@pytest.mark.parametrize("distance", [11, -100_001])
def test_an_offset_out_of_reach_confirms_nothing(sandbox: Running, distance: int) -> None:
    say(sandbox, "a")
    [only] = ids(sandbox.updates())
    far = only + 1 + distance if distance > 0 else only + distance
    assert ids(sandbox.updates(offset=far)) == [only]


def test_numbers_that_are_none_count_as_absent(sandbox: Running) -> None:
    say(sandbox, "a")
    url = f"{sandbox.base}/bot{TOKEN}/getUpdates"
    answer = requests.get(url, {"offset": "x", "limit": "y", "timeout": "z"}, timeout=30).json()
    assert len(answer["result"]) == 1


def test_a_waiting_poll_wakes_at_once(sandbox: Running, pool: ThreadPoolExecutor) -> None:
    future = polling(pool, sandbox)
    started = time.monotonic()
    say(sandbox, "hello")
    [update] = future.result(5).json()["result"]
    assert update["message"]["text"] == "hello"
    assert time.monotonic() - started < 1


def test_a_poll_that_waits_in_vain_answers_an_empty_list(sandbox: Running) -> None:
    started = time.monotonic()
    assert sandbox.updates(timeout=1) == []
    assert 0.9 < time.monotonic() - started < 3


def test_the_older_of_two_polls_gets_the_conflict(
    sandbox: Running, pool: ThreadPoolExecutor
) -> None:
    older = polling(pool, sandbox)
    newer = polling(pool, sandbox)
    answer = older.result(5)
    assert f"{answer.status_code} {answer.json()['description']}" == CONFLICT
    say(sandbox, "hello")
    assert len(newer.result(5).json()["result"]) == 1


def test_a_second_conflict_within_three_seconds_is_held_back(tmp_path: Path) -> None:
    naps: list[float] = []
    with (
        running_emulator(tmp_path / "o", sleep=naps.append) as sandbox,
        ThreadPoolExecutor() as two,
    ):
        polls = [polling(two, sandbox) for _ in range(3)]
        assert [polls[place].result(5).status_code for place in (0, 1)] == [409, 409]
        assert naps == [3.0]
        sandbox.elapsed.seconds += 4
        polls.append(polling(two, sandbox))
        assert polls[2].result(5).status_code == 409
        assert naps == [3.0]
        say(sandbox, "end")


def test_a_poll_without_waiting_leaves_the_waiting_one_alone(
    sandbox: Running, pool: ThreadPoolExecutor
) -> None:
    waiting = polling(pool, sandbox)
    assert sandbox.updates(timeout=0) == []
    say(sandbox, "hello")
    assert waiting.result(5).status_code == 200


def test_asking_the_same_again_at_once_is_braked(sandbox: Running) -> None:
    say(sandbox, "a", "b")
    sandbox.updates()
    assert len(sandbox.call("getUpdates")) == 1
    sandbox.elapsed.seconds += 0.6
    assert len(sandbox.call("getUpdates")) == 2


def test_presses_die_after_150_seconds_and_messages_after_a_day(sandbox: Running) -> None:
    say(sandbox, "a")
    keyboard = {"inline_keyboard": [[{"text": "B", "callback_data": "b"}]]}
    sandbox.call("sendMessage", chat_id=ANYA, text="x", reply_markup=keyboard)
    sandbox.act(ANYA, "press", text="B")
    sandbox.elapsed.seconds += 140
    assert [set(update) - {"update_id"} for update in sandbox.updates()] == [
        {"message"},
        {"callback_query"},
    ]
    sandbox.elapsed.seconds += 7
    assert [set(update) - {"update_id"} for update in sandbox.updates()] == [{"message"}]
    sandbox.elapsed.seconds += 24 * 3600
    assert sandbox.updates() == []


def test_the_wanted_kinds_are_remembered_and_filter_what_is_new(sandbox: Running) -> None:
    say(sandbox, "before")
    sandbox.updates(allowed_updates=["callback_query"])
    say(sandbox, "unwanted")
    assert [update["message"]["text"] for update in sandbox.updates()] == ["before"]
    sandbox.updates(allowed_updates=["no_such_kind"])
    say(sandbox, "wanted")
    assert [update["message"]["text"] for update in sandbox.updates()] == ["before", "wanted"]


def test_a_bot_that_wants_no_membership_is_not_told_of_a_block(sandbox: Running) -> None:
    say(sandbox, "/start")
    sandbox.updates(allowed_updates=["message"])
    sandbox.act(ANYA, "block")
    assert len(sandbox.updates()) == 1


def test_dropping_pending_updates_empties_the_queue(sandbox: Running) -> None:
    say(sandbox, "a", "b")
    assert sandbox.call("deleteWebhook", drop_pending_updates=True) is True
    assert sandbox.updates() == []


def test_an_answer_stays_under_four_megabytes(sandbox: Running) -> None:
    for _ in range(5):
        sandbox.post("updates", message={"text": "x" * 1_000_000})
    assert len(sandbox.updates()) == 4


def test_a_raw_update_is_handed_out_as_it_is(sandbox: Running) -> None:
    raw = {"message": {"message_id": 1, "forward_origin": {"type": "from_mars"}, "entities": None}}
    update_id = sandbox.post("updates", **raw).json()["update_id"]
    assert sandbox.updates() == [{"update_id": update_id, **raw}]
