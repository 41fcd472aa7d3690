"""When notices go out: at once when one is due, and each minute whatever else is due.

Workers wait for the next due notice; APScheduler's minute job, whose first run is at start, wakes
them to give up lost claims and to look again, so that nothing depends on a single wake-up.
"""

import logging
import threading
import time
from datetime import timedelta

from apscheduler.schedulers.background import BackgroundScheduler

from common.clock import Clock, system_clock
from common.storage.protocol import StorageUnavailable
from common.supervision import Watchdog
from notify_service.alarm import TURN, Alarm
from notify_service.dispatch import Dispatcher

log = logging.getLogger(__name__)
WORKERS = 4  # at 100 ms a call they reach the gate's rate
AWAY_SECONDS = 1.0
BROKEN_SECONDS = 5.0
PATIENCE_SECONDS = 180.0  # a message with all its deadlines takes less
KEPT = timedelta(days=90)  # what became of a notice, and its key
STOP_SECONDS = 8.0  # gunicorn gives a worker 10


class Scheduler:
    def __init__(
        self,
        dispatcher: Dispatcher,
        alarm: Alarm,
        clock: Clock,
        stopping: threading.Event,
        watchdog: Watchdog | None = None,
    ) -> None:
        self._watchdog = watchdog or Watchdog()
        self._dispatcher, self._alarm, self._clock = dispatcher, alarm, clock
        self._stopping = stopping
        self._prepared = False
        self._minute_passed = threading.Event()
        self._housekeeping = threading.Lock()
        self._minutes = BackgroundScheduler(
            timezone="UTC", job_defaults={"coalesce": True, "misfire_grace_time": None}
        )
        self._workers = [
            threading.Thread(target=self._work, name=f"deliver-{n}", daemon=True)
            for n in range(WORKERS)
        ]

    def start(self) -> None:
        self._minutes.add_job(
            self._each_minute, "interval", minutes=1, next_run_time=system_clock(), max_instances=1
        )
        self._minutes.start()
        for worker in self._workers:
            worker.start()

    def stop(self) -> None:
        """Calls under way may end; what they do not manage is found at the next start."""
        self._stopping.set()
        self._alarm.ring()
        if self._minutes.running:
            self._minutes.shutdown(wait=False)
        deadline = time.monotonic() + STOP_SECONDS
        for worker in self._workers:
            if worker.is_alive():
                worker.join(max(deadline - time.monotonic(), 0))

    def alive(self) -> bool:
        return all(worker.is_alive() for worker in self._workers)

    def _each_minute(self) -> None:
        self._minute_passed.set()
        self._alarm.ring()

    def _work(self) -> None:
        while True:
            self._watchdog.expect(threading.current_thread().name, PATIENCE_SECONDS)
            seen = self._alarm.rings()
            if self._stopping.is_set():
                return
            try:
                self._step(seen)
            except StorageUnavailable:
                log.warning("the database is away; notices wait")
                self._alarm.pause(seen, AWAY_SECONDS)
            except Exception:
                log.exception("the delivery of notices stumbled")
                self._alarm.pause(seen, BROKEN_SECONDS)

    def _step(self, seen: int) -> None:
        """Send one notice, or wait for the moment when there is one to send."""
        if self._minute_passed.is_set() and self._housekeeping.acquire(blocking=False):
            try:
                self._keep_house()
            finally:
                self._housekeeping.release()
        due, now = self._dispatcher.store.next_due(), self._clock()
        if due is None or due > now:
            self._alarm.wait(seen, min(due or now + TURN, now + TURN))
        elif (seconds := self._dispatcher.permit()) > 0:
            # Telegram may have asked for an hour
            self._alarm.pause(seen, min(seconds, TURN.total_seconds()))
        else:
            self._dispatcher.deliver_one()

    def _keep_house(self) -> None:
        """By a worker, so that who waits for the workers to end waits for this too."""
        store = self._dispatcher.store
        if not self._prepared:
            store.prepare()
            self._prepared = True
        if lost := store.give_up_lost_claims(self._clock()):
            log.warning("notices whose sending nobody saw end", extra={"unknown": lost})
        store.purge(self._clock() - KEPT)
        self._minute_passed.clear()
        self._dispatcher.tell_blocked()
