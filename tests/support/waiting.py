"""Waits for what other threads do."""

from collections.abc import Callable
from time import sleep


def wait_until(true: Callable[[], bool]) -> None:
    for _ in range(300):
        if true():
            return
        sleep(0.03)
    raise AssertionError("it did not come true")
