"""The weekly cleanup: page by page, safe to kill at any point and to run again."""

import logging
from collections.abc import Callable
from time import monotonic

from common.clock import Clock, Sleep
from common.errors import NotFound, ServiceError
from common.storage.protocol import Database
from main_api.cleanup.candidates import Candidates, Stays
from main_api.cleanup.records import OldRecords
from main_api.cleanup.report import Report
from main_api.removal.service import RemovalService
from main_api.users.record import UserRecord
from main_api.vpn_api.healing import Healing

log = logging.getLogger(__name__)
LOOK_AGAIN_SECONDS = 0.5

Progress = Callable[[int], object]
"""How many more users have been looked at."""


class Cleanup:
    """Of each page first everybody's leaving is written down, then all servers are told in
    parallel, then whoever is forgotten everywhere is erased. A kill leaves people who are gone and
    still to be forgotten; those the next run, and the job `remove`, finish.
    """

    def __init__(
        self,
        db: Database,
        removal: RemovalService,
        healing: Healing,
        clock: Clock,
        sleep: Sleep,
        *,
        patience_seconds: float,
    ) -> None:
        self._db = db
        self._removal = removal
        self._healing = healing
        self._clock = clock
        self._sleep = sleep
        self._patience_seconds = patience_seconds

    def candidates(self, months: int) -> Candidates:
        return Candidates.at(self._db, self._clock(), months)

    def run(self, candidates: Candidates, report: Report, progress: Progress) -> None:
        """Fills in the report as it goes; raises ServiceError when nothing more can be done now."""
        for page in candidates.pages():
            for user in page:
                self._look_at(user, candidates, report)
            if not report.dry_run:
                self._tell_servers()
                self._removal.finish_all()
            progress(len(page))
        self._remove_records(report)
        if not report.dry_run:
            self._wait_for_the_last(report)

    def _look_at(self, user: UserRecord, candidates: Candidates, report: Report) -> None:
        try:
            if report.dry_run:
                candidates.check(user)
            else:
                self._removal.part(user.user_id, candidates.check)
        except Stays as reason:
            report.stayed[reason.code] += 1
        except NotFound:  # another run was faster
            return
        else:
            report.removed += 1

    def _tell_servers(self) -> None:
        self._healing.tick()
        self._healing.finish()

    def _remove_records(self, report: Report) -> None:
        records = OldRecords(self._db, self._clock())
        report.orders, report.facts, report.digests = records.remove(dry_run=report.dry_run)

    def _wait_for_the_last(self, report: Report) -> None:
        """A server that rests after a failure, or is just returning, is told in this run."""
        deadline = monotonic() + self._patience_seconds
        report.waiting = self._removal.finish_all()
        while report.waiting and monotonic() < deadline:
            self._sleep(LOOK_AGAIN_SECONDS)
            self._tell_servers()
            report.waiting = self._removal.finish_all()


def guarded(report: Report, act: Callable[[], object]) -> None:
    """What cannot be done now stands in the report."""
    try:
        act()
    except ServiceError as trouble:
        report.trouble.add(trouble.code)
        log.warning("the cleanup has stopped: %s", trouble.code)
