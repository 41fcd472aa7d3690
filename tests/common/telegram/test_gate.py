"""Who may send when: the rate in every second, who goes first, and the pause after a 429."""

from itertools import cycle
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.telegram.gate import (
    BURST_SECONDS,
    LONGEST_WAY_SECONDS,
    RATE,
    RESERVED_SECONDS,
    Gate,
    Traffic,
)
from tests.common.telegram.emulated import Elapsed

BURST = int(RATE * BURST_SECONDS)


@pytest.fixture
def gate(elapsed: Elapsed) -> Gate:
    return Gate(monotonic=elapsed, sleep=elapsed.sleep)


def drained(gate: Gate, traffic: Traffic) -> int:
    """How many enter without waiting."""
    entered = 0
    while gate.try_enter(traffic) == 0:
        entered += 1
    return entered


def busiest_second(moments: list[float]) -> int:
    """Right after a moment, since a window that holds both its ends is longer than a second."""
    return max(sum(at < other <= at + 1.0 for other in [*moments]) for at in moments)


def test_the_rate_holds_from_the_first_message_on(gate: Gate, elapsed: Elapsed) -> None:
    assert drained(gate, Traffic.TRANSACTIONAL) == BURST
    began = elapsed()
    for _ in range(50):
        gate.enter(Traffic.TRANSACTIONAL)

    assert elapsed() - began == pytest.approx(50 / RATE, abs=BURST_SECONDS + 0.1)


@given(st.lists(st.floats(0, 2), min_size=60, max_size=120))
def test_no_second_holds_more_than_telegram_takes(idle: list[float]) -> None:
    elapsed = Elapsed()
    gate = Gate(monotonic=elapsed, sleep=elapsed.sleep)
    moments = []
    kinds = cycle([Traffic.BROADCAST, Traffic.TRANSACTIONAL, Traffic.BROADCAST])
    for pause, traffic in zip(idle, kinds, strict=False):
        elapsed.seconds += pause if pause > 1.9 else 0.0  # now and then nobody sends for a while
        gate.enter(traffic)
        moments.append(elapsed())

    assert busiest_second(moments) <= RATE


def test_a_late_thread_costs_no_time(gate: Gate, elapsed: Elapsed) -> None:
    drained(gate, Traffic.BROADCAST)
    began = elapsed()
    for _ in range(200):
        gate.enter(Traffic.BROADCAST)
        gate.answered()
        elapsed.seconds += 0.02  # woken late, each time

    assert elapsed() - began == pytest.approx(200 / RATE, rel=0.05)


def test_a_call_counts_until_a_second_after_its_answer(gate: Gate, elapsed: Elapsed) -> None:
    """When it arrived nobody can tell, but not before the permit and not after the answer."""
    gate.enter(Traffic.BROADCAST)
    elapsed.seconds += 0.9
    gate.answered()
    for _ in range(int(RATE) - 1):
        gate.enter(Traffic.BROADCAST)
        gate.answered()
        elapsed.seconds += 1e-3
    left = gate.try_enter(Traffic.BROADCAST)

    assert left > 0.05
    elapsed.seconds += left
    assert gate.try_enter(Traffic.BROADCAST) == 0


def test_a_call_that_hangs_does_not_hold_its_place_for_ever(gate: Gate, elapsed: Elapsed) -> None:
    hanging = [Thread(target=gate.enter, args=(Traffic.BROADCAST,)) for _ in range(int(RATE))]
    for thread in hanging:
        thread.start()
        thread.join()
        elapsed.seconds += 0.05
    elapsed.seconds += LONGEST_WAY_SECONDS

    assert gate.try_enter(Traffic.BROADCAST) == 0


def test_a_receipt_that_was_asked_to_wait_is_the_next(gate: Gate, elapsed: Elapsed) -> None:
    drained(gate, Traffic.BROADCAST)
    wait = gate.try_enter(Traffic.TRANSACTIONAL)
    elapsed.seconds += wait

    assert gate.try_enter(Traffic.BROADCAST) > 0
    assert gate.try_enter(Traffic.TRANSACTIONAL) == 0
    elapsed.seconds += 1 / RATE
    assert gate.try_enter(Traffic.BROADCAST) == 0


def test_a_receipt_that_does_not_come_holds_broadcasts_up_for_a_moment_only(
    gate: Gate, elapsed: Elapsed
) -> None:
    drained(gate, Traffic.BROADCAST)
    elapsed.seconds += gate.try_enter(Traffic.TRANSACTIONAL) + RESERVED_SECONDS

    assert gate.try_enter(Traffic.BROADCAST) == 0


def test_who_looks_at_the_screen_never_waits_but_counts(gate: Gate) -> None:
    for _ in range(100):
        assert gate.try_enter(Traffic.INTERACTIVE) == 0

    assert gate.try_enter(Traffic.TRANSACTIONAL) == pytest.approx(1.0)


def test_a_hold_stops_all_but_the_interactive(gate: Gate, elapsed: Elapsed) -> None:
    gate.hold(30)
    gate.hold(5)  # a shorter one does not shorten it

    assert gate.try_enter(Traffic.INTERACTIVE) == 0
    assert gate.try_enter(Traffic.BROADCAST) == gate.try_enter(Traffic.TRANSACTIONAL) == 30
    assert gate.held_for() == 30
    gate.enter(Traffic.TRANSACTIONAL)
    assert elapsed.slept == [30]
    assert gate.held_for() == 0


def test_a_permit_that_was_not_used_is_anothers(gate: Gate) -> None:
    drained(gate, Traffic.BROADCAST)
    gate.give_back()

    assert drained(gate, Traffic.BROADCAST) == 1


def test_an_idle_hour_saves_up_no_more_than_a_burst(gate: Gate, elapsed: Elapsed) -> None:
    elapsed.seconds += 3600

    assert drained(gate, Traffic.TRANSACTIONAL) == BURST
