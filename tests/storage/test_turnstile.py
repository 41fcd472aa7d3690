"""The turn goes round among the threads of a process."""

import signal
import threading
import time

import pytest

from common.storage.embedded.turnstile import Turnstile


def test_the_turn_goes_to_the_longest_waiter() -> None:
    turnstile = Turnstile()
    order: list[int] = []

    def wait(number: int) -> None:
        assert turnstile.enter(10)
        order.append(number)
        turnstile.leave()

    assert turnstile.enter(0)
    threads = [threading.Thread(target=wait, args=(number,)) for number in range(5)]
    for count, thread in enumerate(threads, start=1):
        thread.start()
        while len(turnstile._waiting) < count:
            time.sleep(0.001)
    turnstile.leave()
    for thread in threads:
        thread.join()

    assert order == [0, 1, 2, 3, 4]
    assert turnstile.enter(0)


def test_who_loses_patience_leaves_the_queue() -> None:
    turnstile = Turnstile()
    assert turnstile.enter(0)

    assert not turnstile.enter(0.01)

    turnstile.leave()
    assert turnstile.enter(0)


def test_who_is_interrupted_while_it_waits_keeps_no_turn() -> None:
    """As the main thread is by a signal whose handler raises."""
    turnstile = Turnstile()
    assert turnstile.enter(0)

    def interrupt(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    with pytest.raises(TimeoutError):
        turnstile.enter(10)
    signal.signal(signal.SIGALRM, before)

    turnstile.leave()
    assert turnstile.enter(0)


def test_only_one_is_inside() -> None:
    turnstile = Turnstile()
    inside, most, total = 0, 0, 0

    def work() -> None:
        nonlocal inside, most, total
        for _ in range(300):
            assert turnstile.enter(10)
            inside += 1
            most = max(most, inside)
            total += 1
            inside -= 1
            turnstile.leave()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (most, total) == (1, 1800)
