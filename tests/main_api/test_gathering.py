"""What comes together is done together, what comes alone at once, and nobody waits for ever."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Lock

import pytest

from main_api.vpn_api.gathering import Gathering
from tests.support.waiting import wait_until


class Work:
    """Doubles numbers; a run with a number of `held` lasts until `go`; 13 cannot be doubled."""

    def __init__(self) -> None:
        self.runs: list[list[int]] = []
        self.held: set[int] = set()
        self.go = Event()
        self._lock = Lock()

    def __call__(self, numbers: Sequence[int]) -> list[int]:
        with self._lock:
            self.runs.append(list(numbers))
        if self.held & set(numbers):
            assert self.go.wait(9)
        if 13 in numbers:
            raise ValueError("unlucky")
        return [2 * number for number in numbers]


@pytest.fixture
def work() -> Work:
    return Work()


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as threads:
        yield threads


def gathering(
    work: Work, threads: ThreadPoolExecutor, *, crowded: bool = False, patience: float = 60.0
) -> Gathering[int, int]:
    return Gathering(
        work, threads, most=5, crowded=lambda: crowded, pace_seconds=0.1, patience_seconds=patience
    )


def test_who_comes_alone_goes_alone(work: Work, threads: ThreadPoolExecutor) -> None:
    line = gathering(work, threads)

    assert [line.put(number).result(9) for number in (1, 2, 3)] == [2, 4, 6]
    assert work.runs == [[1], [2], [3]]


def test_who_comes_during_a_run_goes_with_the_next_in_order_and_not_too_many_at_once(
    work: Work, threads: ThreadPoolExecutor
) -> None:
    line = gathering(work, threads)
    work.held = {1}
    first = line.put(1)
    wait_until(lambda: work.runs == [[1]])
    others = [line.put(number) for number in range(2, 10)]
    work.go.set()

    assert [it.result(9) for it in (first, *others)] == [2 * number for number in range(1, 10)]
    assert work.runs == [[1], [2, 3, 4, 5, 6], [7, 8, 9]]


def test_a_crowd_gathers_between_runs(work: Work, threads: ThreadPoolExecutor) -> None:
    line = gathering(work, threads, crowded=True)
    assert line.put(1).result(9) == 2
    answers = [line.put(number) for number in (2, 3, 4)]

    assert [it.result(9) for it in answers] == [4, 6, 8]
    assert len(work.runs) < 4


def test_a_run_that_lasts_long_holds_up_nobody(work: Work, threads: ThreadPoolExecutor) -> None:
    line = gathering(work, threads, patience=0.0)
    work.held = {1}
    stuck = line.put(1)
    wait_until(lambda: work.runs == [[1]])

    assert line.put(2).result(9) == 4
    assert not stuck.done()
    work.go.set()
    assert stuck.result(9) == 2


def test_what_goes_wrong_is_told_to_those_of_that_run_alone(
    work: Work, threads: ThreadPoolExecutor
) -> None:
    line = gathering(work, threads)
    work.held = {1}
    first = line.put(1)
    wait_until(lambda: work.runs == [[1]])
    unlucky = [line.put(12), line.put(13)]
    work.go.set()

    assert first.result(9) == 2
    for answer in unlucky:
        with pytest.raises(ValueError, match="unlucky"):
            answer.result(9)
    assert line.put(2).result(9) == 4


def test_none_of_many_is_forgotten(work: Work, threads: ThreadPoolExecutor) -> None:
    line = gathering(work, threads, patience=0.001)
    with ThreadPoolExecutor(16) as comers:
        answers = list(comers.map(lambda number: line.put(number).result(9), range(100, 500)))

    assert answers == [2 * number for number in range(100, 500)]
    assert sorted(number for run in work.runs for number in run) == list(range(100, 500))
