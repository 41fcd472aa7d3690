"""One writer of a process at a time, in the order of coming: threads wait here without spinning."""

import threading
from collections import deque
from typing import final

from common.storage.embedded.job import Job


@final
class Turnstile:
    """A lock that goes to the longest waiter; threading.Lock lets a busy thread enter again first.

    Whoever has the turn may do the jobs of those behind. It only spares the threads of one process
    the polling of SQLite's lock, which decides.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[Job] = deque()
        self._taken = False

    def enter(self, patience_s: float, job: Job | None = None) -> bool:
        """False when the turn did not come in time. With a job: it may come back `done` instead."""
        job = job or Job()
        with self._guard:
            if not self._taken:
                self._taken = True
                return True
            self._waiting.append(job)
        try:
            if job.gate.acquire(timeout=patience_s):
                return True
        except BaseException:  # such as a signal's, in the main thread
            if not self._left(job) and job.gate.acquire() and not job.done:
                self.leave()
            raise
        # else somebody has taken it along, or hands over at the last moment
        return not self._left(job) and job.gate.acquire()

    def _left(self, job: Job) -> bool:
        with self._guard:
            waits = job in self._waiting
            if waits:
                self._waiting.remove(job)
            return waits

    def behind(self, most: int) -> list[Job]:
        """Those next in line whose work others may do, at most so many. They have left the line:
        whoever takes them must finish them, or fail them.
        """
        taken: list[Job] = []
        with self._guard:
            while self._waiting and self._waiting[0].work and len(taken) < most:
                taken.append(self._waiting.popleft())
        return taken

    def leave(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().gate.release()
            else:
                self._taken = False
