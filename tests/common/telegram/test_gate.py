"""Who may send when: shares of the rate, and the pause after a 429."""

import pytest

from common.telegram.gate import BURST, KEPT_BACK, RATE, Gate, Traffic
from tests.common.telegram.emulated import Elapsed


@pytest.fixture
def gate(elapsed: Elapsed) -> Gate:
    return Gate(monotonic=elapsed, sleep=elapsed.sleep)


def drained(gate: Gate, traffic: Traffic) -> int:
    """How many enter without waiting."""
    entered = 0
    while gate.try_enter(traffic) == 0:
        entered += 1
    return entered


def test_a_burst_passes_and_then_the_rate_holds(gate: Gate, elapsed: Elapsed) -> None:
    assert drained(gate, Traffic.TRANSACTIONAL) == BURST
    began = elapsed()
    for _ in range(50):
        gate.enter(Traffic.TRANSACTIONAL)

    assert elapsed() - began == pytest.approx(50 / RATE)


def test_broadcasts_leave_room_for_receipts(gate: Gate) -> None:
    assert drained(gate, Traffic.BROADCAST) == BURST - KEPT_BACK
    assert drained(gate, Traffic.TRANSACTIONAL) == KEPT_BACK


def test_who_looks_at_the_screen_never_waits_but_counts(gate: Gate) -> None:
    for _ in range(100):
        assert gate.try_enter(Traffic.INTERACTIVE) == 0

    assert gate.try_enter(Traffic.TRANSACTIONAL) == pytest.approx((BURST + 1) / RATE)


def test_a_hold_stops_all_but_the_interactive(gate: Gate, elapsed: Elapsed) -> None:
    gate.hold(30)
    gate.hold(5)  # a shorter one does not shorten it

    assert gate.try_enter(Traffic.INTERACTIVE) == 0
    assert gate.try_enter(Traffic.TRANSACTIONAL) == gate.try_enter(Traffic.BROADCAST) == 30
    assert gate.held_for() == 30
    gate.enter(Traffic.TRANSACTIONAL)
    assert elapsed.slept == [30]
    assert gate.held_for() == 0


def test_an_idle_hour_saves_up_no_more_than_a_burst(gate: Gate, elapsed: Elapsed) -> None:
    elapsed.seconds += 3600

    assert drained(gate, Traffic.TRANSACTIONAL) == BURST
