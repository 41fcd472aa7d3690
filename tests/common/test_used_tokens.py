"""A token is used once, whichever worker it comes to."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest

from common.used_tokens import BUCKETS, DEPTH, WORKERS, Full, TooManyWorkers, UsedTokens

NOW = 1_800_000_000.0
LATER = NOW + 70


def test_a_token_is_used_once_until_it_would_be_refused_anyway() -> None:
    used = UsedTokens()

    assert used.first_use("a", until=LATER, now=NOW)
    assert used.first_use("b", until=LATER, now=NOW)
    assert not used.first_use("a", until=LATER, now=NOW)
    assert not used.first_use("a", until=LATER, now=LATER)
    assert used.first_use("a", until=LATER + 70, now=LATER + 0.1)
    assert not used.first_use("a", until=LATER + 70, now=LATER + 0.1)


def test_of_many_threads_with_one_token_one_is_the_first() -> None:
    used = UsedTokens()
    with ThreadPoolExecutor(8) as threads:
        for number in range(50):
            uses = threads.map(
                lambda _, token=f"t{number}": used.first_use(token, until=LATER, now=NOW), range(8)
            )
            assert sum(uses) == 1


def test_as_many_are_remembered_as_a_shop_can_meet() -> None:
    """70 seconds of 800 calls a second to one worker; their places are free again afterwards."""
    used = UsedTokens()
    for moment in (NOW, LATER + 1):
        tokens = [f"{moment}-{number}" for number in range(56_000)]
        assert all(used.first_use(it, until=moment + 70, now=moment) for it in tokens)
        assert not any(used.first_use(it, until=moment + 70, now=moment) for it in tokens[::100])


def test_what_cannot_be_remembered_is_not_let_in() -> None:
    used = UsedTokens()
    numbers = range(BUCKETS * DEPTH + 1)

    with pytest.raises(Full):
        all(used.first_use(str(number), until=LATER, now=NOW) for number in numbers)


def _in_child(used: UsedTokens, tokens: list[str]) -> list[bool]:
    """What a forked process is told of them."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        told = bytes(used.first_use(it, until=LATER, now=NOW) for it in tokens)
        os.write(writing, told)
        os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading, "rb") as answers:
        return [bool(it) for it in answers.read()]


def test_processes_share_what_was_used_before_and_after_the_fork() -> None:
    used = UsedTokens()
    used.first_use("before", until=LATER, now=NOW)

    assert _in_child(used, ["before", "in the child"]) == [False, True]
    assert not used.first_use("in the child", until=LATER, now=NOW)
    assert _in_child(used, ["in the child", "new"]) == [False, True]


def test_a_process_that_is_killed_while_it_writes_stops_nobody() -> None:
    used = UsedTokens()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        used.first_use("0", until=LATER, now=NOW)
        os.write(writing, b"begun")
        number = 1
        while True:
            used.first_use(str(number), until=LATER, now=NOW)
            number += 1
    assert os.read(reading, 5) == b"begun"

    for number in range(200):
        used.first_use(f"ours {number}", until=LATER, now=NOW)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)

    assert used.first_use("afterwards", until=LATER, now=NOW)
    assert not used.first_use("ours 5", until=LATER, now=NOW)
    assert not used.first_use("0", until=LATER, now=NOW)
    os.close(reading)
    os.close(writing)


def test_who_comes_after_a_dead_one_writes_in_its_place_and_remembers_for_it() -> None:
    used = UsedTokens()
    for number in range(3 * WORKERS):
        assert _in_child(used, [f"of child {number}"]) == [True]

    assert not any(
        used.first_use(f"of child {number}", until=LATER, now=NOW) for number in range(3 * WORKERS)
    )


def test_of_processes_with_one_token_at_the_same_moment_at_most_one_is_the_first() -> None:
    used = UsedTokens()
    tokens = [str(number) for number in range(3000)]
    with ThreadPoolExecutor(WORKERS) as threads:
        told = list(threads.map(lambda _: _in_child(used, tokens), range(WORKERS)))

    assert all(sum(uses) <= 1 for uses in zip(*told, strict=True))
    assert not any(_in_child(used, tokens))


def test_a_worker_for_whom_there_is_no_place_serves_nobody() -> None:
    used = UsedTokens()
    gate, opened = os.pipe()
    children = []
    for _ in range(WORKERS):
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            used.first_use("any", until=LATER, now=NOW)
            os.write(writing, b"!")
            os.read(gate, 1)
            os._exit(0)
        assert os.read(reading, 1) == b"!"
        children.append(child)
        os.close(reading)
        os.close(writing)

    with pytest.raises(TooManyWorkers):
        used.first_use("mine", until=LATER, now=NOW)
    os.write(opened, b"!" * WORKERS)
    for child in children:
        os.waitpid(child, 0)
    assert used.first_use("mine", until=LATER, now=NOW)
    os.close(gate)
    os.close(opened)
