"""The threads behind broadcasts: workers that serve one recipient each, and one that keeps house.

Which broadcast is worked on, and whether it may be, each of them reads from the database before
every step; so nothing is told twice, and a kill -9 leaves nothing behind but claims.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from common.clock import Clock
from common.storage.protocol import StorageUnavailable
from common.supervision import Watchdog
from common.telegram.gate import Gate, Traffic
from notify_service.alarm import Alarm
from notify_service.broadcast.deletion import Deletion
from notify_service.broadcast.house import House
from notify_service.broadcast.recipients import RecipientStore
from notify_service.broadcast.sending import Sending
from notify_service.broadcast.store import BroadcastStore, Job

log = logging.getLogger(__name__)
WORKERS = 16  # at 100 ms a call 3 reach the rate; the others may hang in calls nobody answers
IDLE_SECONDS = 5.0
NOTHING_LEFT_SECONDS = 0.3
DRY_SECONDS = 2.0
AWAY_SECONDS = 1.0
BROKEN_SECONDS = 5.0
STOP_SECONDS = 2.0
LOOK_SECONDS = 0.5
PATIENCE_SECONDS = 180.0  # a call with all its deadlines takes less


@dataclass
class Runner:
    """`alarm` is rung by whoever changes a broadcast's state."""

    store: BroadcastStore
    recipients: RecipientStore
    sending: Sending
    deletion: Deletion
    house: House
    gate: Gate
    alarm: Alarm
    clock: Clock
    stopping: threading.Event
    watchdog: Watchdog
    _at_the_gate: threading.Lock = field(default_factory=threading.Lock)
    _threads: list[threading.Thread] = field(default_factory=list)
    _looked: tuple[int, float, Job | None] = (-1, 0.0, None)
    _dry_at: float = 0.0

    def start(self) -> None:
        self._threads = [
            threading.Thread(target=self._repeat, args=(step,), name=name, daemon=True)
            for name, step in [
                ("broadcast-house", self._keep_house),
                *((f"broadcast-{n}", self._serve) for n in range(WORKERS)),
            ]
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Calls under way may end; claims that do not are unknown to the next run."""
        self.stopping.set()
        self.alarm.ring()
        deadline = time.monotonic() + STOP_SECONDS
        for thread in self._threads:
            thread.join(max(deadline - time.monotonic(), 0))

    def alive(self) -> bool:
        return bool(self._threads) and all(thread.is_alive() for thread in self._threads)

    def _repeat(self, step: Callable[[int], None]) -> None:
        while not self.stopping.is_set():
            self.watchdog.expect(threading.current_thread().name, PATIENCE_SECONDS)
            seen = self.alarm.rings()
            try:
                step(seen)
            except StorageUnavailable:
                log.warning("the database is away; broadcasts wait")
                self.alarm.pause(seen, AWAY_SECONDS)
            except Exception:
                log.exception("a broadcast stumbled")
                self.alarm.pause(seen, BROKEN_SECONDS)

    def _keep_house(self, seen: int) -> None:
        wait = self.house.step()
        if wait > 0:
            self.alarm.pause(seen, wait)

    def _serve(self, seen: int) -> None:
        """One recipient, if there is one to serve and the gate lets one through."""
        job = self._current(seen)
        if job is None:
            self.alarm.pause(seen, IDLE_SECONDS)
        elif not self._has_work(job):
            self.alarm.pause(seen, NOTHING_LEFT_SECONDS)
        elif self._permitted() and not self._worked_on(job):
            self.gate.give_back()
            self._dry_at = time.monotonic()

    def _current(self, seen: int) -> Job | None:
        """As it was a moment ago; whether it still is, is asked once there is a permit."""
        rung, until, job = self._looked
        now = time.monotonic()
        if rung != seen or now >= until:
            job = self.store.current()
            self._looked = (seen, now + LOOK_SECONDS, job)
        return job

    def _worked_on(self, job: Job) -> bool:
        """False when it was stopped, or others have taken what there was, meanwhile."""
        if not self.store.is_in(job.broadcast_id, job.state):
            return False
        if job.state == "running":
            return self.sending.serve_one(job)
        return self.deletion.remove_one(job)

    def _has_work(self, job: Job) -> bool:
        """Nobody is served by a run that has not looked for the claims of the one before it. Once
        somebody has found nothing, each looks before he takes a permit.
        """
        if not self.house.ready or not job.frozen:
            return False
        if time.monotonic() - self._dry_at > DRY_SECONDS:
            return True
        waiting = "waiting" if job.state == "running" else "sent"
        return self.recipients.any_in(job.broadcast_id, waiting, beside=self.gate.held_chats())

    def _permitted(self) -> bool:
        """Waits for a permit, one worker at a time; False when a look at the state is due."""
        with self._at_the_gate:
            deadline = time.monotonic() + LOOK_SECONDS
            while (seconds := self.gate.try_enter(Traffic.BROADCAST)) > 0:
                if time.monotonic() >= deadline or self.stopping.wait(min(seconds, LOOK_SECONDS)):
                    return False
            return not self.stopping.is_set()
