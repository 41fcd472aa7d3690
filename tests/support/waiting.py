"""Waits for what other threads and processes do."""

from collections.abc import Callable
from time import monotonic, sleep

PATIENCE_SECONDS = 20.0  # for what is soon done; less than until somebody looks at everything again


def wait_until(true: Callable[[], object], seconds: float = PATIENCE_SECONDS) -> None:
    deadline = monotonic() + seconds
    while not true():
        assert monotonic() < deadline, "it did not come true"
        sleep(0.03)
