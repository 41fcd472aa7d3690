"""A lane a person: what one person does is handled in order, people are handled in parallel."""

import logging
from collections import deque
from collections.abc import Callable
from threading import Condition, Lock, Thread

from tg_bot.quiet import without_content

log = logging.getLogger(__name__)
Job = Callable[[], object]


class Lanes:
    """Of each lane at most one job runs at a time, so a slow person holds one worker at most."""

    def __init__(self, workers: int) -> None:
        lock = Lock()
        self._ready_again = Condition(lock)
        self._empty = Condition(lock)
        self._lanes: dict[int, deque[Job]] = {}
        self._ready: deque[int] = deque()
        self._closed = False
        self._threads = [
            Thread(target=self._work, name=f"lane-{number}", daemon=True)
            for number in range(workers)
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, lane: int, job: Job) -> bool:
        """False when closed: the job was not taken."""
        with self._ready_again:
            if self._closed:
                return False
            waiting = self._lanes.get(lane)
            if waiting is None:
                self._lanes[lane] = deque([job])
                self._ready.append(lane)
                self._ready_again.notify()
            else:
                waiting.append(job)
            return True

    def backlog(self) -> int:
        with self._ready_again:
            return sum(map(len, self._lanes.values()))

    def is_idle(self, lane: int) -> bool:
        with self._ready_again:
            return lane not in self._lanes

    def drain(self, seconds: float) -> bool:
        """Take nothing more and finish what was taken; False when the time was not enough."""
        with self._ready_again:
            self._closed = True
            self._ready_again.notify_all()
            return self._empty.wait_for(lambda: not self._lanes, seconds)

    def _work(self) -> None:
        while True:
            with self._ready_again:
                self._ready_again.wait_for(lambda: self._ready or self._closed)
                if not self._ready:
                    return
                lane = self._ready.popleft()
                job = self._lanes[lane][0]
            self._run(job)
            self._finish(lane)

    def _run(self, job: Job) -> None:
        try:
            job()
        except Exception as error:  # noqa: BLE001 -- a worker outlives every job
            log.error("a job in a lane failed", extra=without_content(error))  # noqa: TRY400

    def _finish(self, lane: int) -> None:
        """The job leaves its lane only now: until then it counts as work in flight."""
        with self._ready_again:
            waiting = self._lanes[lane]
            waiting.popleft()
            if waiting:
                self._ready.append(lane)
                self._ready_again.notify()
            else:
                del self._lanes[lane]
                if not self._lanes:
                    self._empty.notify_all()
