"""Runs the jobs at their intervals; a job that fails is told in the log and runs again."""

import logging
from collections.abc import Callable

from apscheduler.schedulers.background import BackgroundScheduler

from common import request_id
from common.errors import ServiceError
from common.supervision import Watchdog
from main_api.deps import Deps
from main_api.jobs.registry import JOBS

log = logging.getLogger(__name__)
HEARTBEAT_SECONDS, LATE_SECONDS = 5, 60
STUCK_SECONDS = 900  # no job with its deadlines takes as long


class JobRunner:
    """Intervals are real seconds; what is due is asked of the Clock by each job itself."""

    def __init__(self, deps: Deps, watchdog: Watchdog | None = None) -> None:
        self._deps = deps
        self._watchdog = watchdog or Watchdog()
        self._scheduler = BackgroundScheduler(
            timezone="UTC",
            executors={"default": {"type": "threadpool", "max_workers": len(JOBS) + 3}},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def start(self) -> None:
        for name, job in JOBS.items():
            run = watched(name, safely(name, job.make(self._deps)), self._watchdog)
            self._scheduler.add_job(run, "interval", seconds=job.seconds, id=name)
        self._scheduler.add_job(self._heartbeat, "interval", seconds=HEARTBEAT_SECONDS)
        self._scheduler.start()
        log.info("jobs started: %s", ", ".join(JOBS))

    def _heartbeat(self) -> None:
        """Runs in the same pool as the jobs: when that is dead or full, nobody says this."""
        self._watchdog.expect("heartbeat", LATE_SECONDS)

    def stop(self) -> None:
        """Waits for what is under way."""
        self._scheduler.shutdown(wait=True)
        self._deps.vpn.enlisting.stop()
        self._deps.vpn.healing.finish()
        self._deps.vpn.servers.close()
        self._deps.db.close()


def watched(name: str, run: Callable[[], None], watchdog: Watchdog) -> Callable[[], None]:
    """The job, which must end in time for the process to be taken for alive."""

    def promised() -> None:
        watchdog.expect(name, STUCK_SECONDS)
        try:
            run()
        finally:
            watchdog.done(name)

    return promised


def safely(name: str, run: Callable[[], None]) -> Callable[[], None]:
    """The job with its failures logged: a neighbour that is away once when it goes, not each time
    the job runs meanwhile, and once when it is back.
    """
    troubles: set[str] = set()

    def guarded() -> None:
        request_id.adopt(None)
        try:
            run()
        except ServiceError as trouble:
            if trouble.code not in troubles:
                log.warning("job %s: %s", name, trouble.code)
                troubles.add(trouble.code)
        except Exception:
            log.exception("job %s failed", name)
        else:
            if troubles:
                log.info("job %s works again", name)
                troubles.clear()

    return guarded
