"""Does for several at once what comes while the one before is still being done."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from math import inf
from time import monotonic
from typing import Generic, TypeVar

from common.clock import real_sleep

T = TypeVar("T")
R = TypeVar("R")
PATIENCE_SECONDS = 0.3
PACE_SECONDS = 0.05
RUNS_AT_ONCE = 4


@dataclass(frozen=True)
class _Waiting(Generic[T, R]):
    item: T
    answer: Future[R] = field(default_factory=Future)
    context: Context = field(default_factory=copy_context)


class Gathering(Generic[T, R]):
    """`work` answers for each of at most `most` things, in their order; what it raises is raised
    to all who wait for one of them.

    Who comes alone goes at once. While it is `crowded`, runs begin `pace_seconds` apart, so that
    the next ones gather: each run costs both ends much more than one thing more in it does. Beside
    a run that takes long another one is begun by whoever comes after `patience_seconds`.
    """

    def __init__(
        self,
        work: Callable[[Sequence[T]], Sequence[R]],
        threads: Executor,
        *,
        most: int,
        crowded: Callable[[], bool],
        pace_seconds: float = PACE_SECONDS,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self._work = work
        self._threads = threads
        self._most = most
        self._crowded = crowded
        self._pace_seconds = pace_seconds
        self._patience_seconds = patience_seconds
        self._lock = threading.Lock()
        self._waiting: list[_Waiting[T, R]] = []
        self._runs: dict[object, float] = {}
        self._last_began = -inf

    def put(self, item: T) -> Future[R]:
        waiting: _Waiting[T, R] = _Waiting(item)
        with self._lock:
            self._waiting.append(waiting)
            if self._another_is_wanted():
                run = object()
                self._threads.submit(self._go, run)
                self._runs[run] = monotonic()
        return waiting.answer

    def _another_is_wanted(self) -> bool:
        late = monotonic() - self._patience_seconds
        return len(self._runs) < RUNS_AT_ONCE and all(began < late for began in self._runs.values())

    def _go(self, run: object) -> None:
        while batch := self._gathered(run):
            try:
                # what it logs and sends on carries the id of the first one's request
                answers = batch[0].context.run(self._work, [it.item for it in batch])
            except Exception as trouble:  # noqa: BLE001 -- it is handed to all who wait
                for waiting in batch:
                    waiting.answer.set_exception(trouble)
            else:
                for waiting, answer in zip(batch, answers, strict=True):
                    waiting.answer.set_result(answer)

    def _gathered(self, run: object) -> list[_Waiting[T, R]]:
        rest = self._last_began + self._pace_seconds - monotonic()
        if rest > 0 and self._crowded():
            real_sleep(rest)
        with self._lock:
            batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
            if batch:
                self._runs[run] = self._last_began = monotonic()
            else:
                del self._runs[run]
        return batch
