"""What is said to the operator, and kept in a log that nobody but root reads."""

import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self, TextIO

from common.clock import Clock, system_clock


class Failed(Exception):
    """A step could not be done; the message says what to do about it."""


@dataclass(frozen=True)
class Problem:
    """`what` is wrong in plain words, `todo` what helps; one that does not stop is only told."""

    what: str
    todo: str
    stops: bool = True


class Report:
    """Every line goes to stdout and, with the time before it, into the log. No secret may pass."""

    def __init__(self, log: Path | None, clock: Clock = system_clock) -> None:
        self._clock = clock
        self._log = None if log is None else _opened(log)

    def say(self, text: str) -> None:
        with suppress(OSError):  # the terminal is gone: the work goes on
            sys.stdout.write(f"{text}\n")
            sys.stdout.flush()
        self.note(text)

    def note(self, text: str) -> None:
        """Into the log alone."""
        if self._log is not None:
            for line in text.splitlines():
                self._log.write(f"{self._clock():%Y-%m-%dT%H:%M:%SZ} {line}\n")
            self._log.flush()

    def show(self, text: str) -> None:
        """To the operator alone: it may hold a secret."""
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()

    def tell(self, problems: list[Problem]) -> bool:
        """Whether none of them stops the work."""
        for problem in problems:
            word = "WRONG" if problem.stops else "note "
            self.say(f"{word}  {problem.what}\n       {problem.todo}")
        return not any(problem.stops for problem in problems)

    def close(self) -> None:
        if self._log is not None:
            self._log.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _opened(log: Path) -> TextIO:
    log.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.fchmod(handle, 0o600)
    return os.fdopen(handle, "a", encoding="utf-8")
