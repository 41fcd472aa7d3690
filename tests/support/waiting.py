"""Waits for what other threads and processes do."""

from collections.abc import Callable
from time import monotonic, sleep


def wait_until(true: Callable[[], bool], seconds: float = 9.0) -> None:
    deadline = monotonic() + seconds
    while not true():
        assert monotonic() < deadline, "it did not come true"
        sleep(0.03)
