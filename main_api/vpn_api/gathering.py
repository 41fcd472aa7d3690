"""Does for several at once what comes while the one before is still being done."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from time import monotonic
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")
PATIENCE_SECONDS = 0.3
RUNS_AT_ONCE = 4


@dataclass(frozen=True)
class _Waiting(Generic[T, R]):
    item: T
    answer: Future[R] = field(default_factory=Future)
    context: Context = field(default_factory=copy_context)


class Gathering(Generic[T, R]):
    """`work` answers for each of at most `most` things, in their order; what it raises is raised
    to all who wait for one of them.

    Who comes while nothing is under way goes at once and alone: nobody is made to wait for others.
    A run that takes long holds up nobody either: who comes then begins another one beside it.
    """

    def __init__(
        self,
        work: Callable[[Sequence[T]], Sequence[R]],
        threads: Executor,
        *,
        most: int,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self._work = work
        self._threads = threads
        self._most = most
        self._patience_seconds = patience_seconds
        self._lock = threading.Lock()
        self._waiting: list[_Waiting[T, R]] = []
        self._runs: dict[object, float] = {}

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
        while batch := self._next(run):
            try:
                # what it logs and sends on carries the id of the first one's request
                answers = batch[0].context.run(self._work, [it.item for it in batch])
            except Exception as trouble:  # noqa: BLE001 -- it is handed to all who wait
                for waiting in batch:
                    waiting.answer.set_exception(trouble)
            else:
                for waiting, answer in zip(batch, answers, strict=True):
                    waiting.answer.set_result(answer)

    def _next(self, run: object) -> list[_Waiting[T, R]]:
        with self._lock:
            batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
            if batch:
                self._runs[run] = monotonic()
            else:
                del self._runs[run]
        return batch
