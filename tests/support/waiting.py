"""Waits for what other threads and processes do."""

from collections.abc import Callable
from time import monotonic, sleep

PATIENCE_SECONDS = 30.0  # for what is done at once on a machine that has nothing else to do


def wait_until(true: Callable[[], object], seconds: float = PATIENCE_SECONDS) -> None:
    deadline = monotonic() + seconds
    while not true():
        assert monotonic() < deadline, "it did not come true"
        sleep(0.03)
