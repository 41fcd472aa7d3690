"""Progress: a bar for a person at a terminal, lines for a log."""

from collections.abc import Callable
from time import monotonic
from typing import TextIO

from tqdm import tqdm

from main_api.servers.filling import Bar

EVERY_SECONDS = 5.0


class TerminalBar:
    def __init__(self, stream: TextIO) -> None:
        self._bar = tqdm(total=0, unit="user", desc="users", file=stream, leave=True)

    def show(self, done: int, total: int) -> None:
        self._bar.total = total
        self._bar.n = done
        self._bar.refresh()
        if done == total:
            self._bar.close()


class Lines:
    """The first, the last, and one every few seconds between them."""

    def __init__(self, say: Callable[[str], None], now: Callable[[], float] = monotonic) -> None:
        self._say = say
        self._now = now
        self._next = 0.0

    def show(self, done: int, total: int) -> None:
        if done == total or self._now() >= self._next:
            self._next = self._now() + EVERY_SECONDS
            self._say(f"users brought there: {done} of {total}")


def bar_for(stream: TextIO, say: Callable[[str], None]) -> Bar:
    return TerminalBar(stream) if stream.isatty() else Lines(say)
