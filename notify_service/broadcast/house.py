"""What one thread does for all broadcasts: freezes recipients, sees ends, tells who is to know."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from common.clients.main_api import MainApi
from common.clock import Clock
from common.errors import NotFound, ServiceError
from common.storage.protocol import StorageUnavailable
from models.broadcasts import BroadcastState
from models.users import UserChange
from notify_service.alarm import Alarm
from notify_service.broadcast.freezing import Freezing
from notify_service.broadcast.progress import Progress
from notify_service.broadcast.recipients import RecipientStore
from notify_service.broadcast.store import BroadcastStore, Job

log = logging.getLogger(__name__)
LOOK_SECONDS = 0.5  # while something is under way
IDLE_SECONDS = 10.0
MAIN_API_AWAY_SECONDS = 2.0
CLAIMS_SECONDS = 60.0
TOLD_AT_ONCE = 20  # so that progress is not kept waiting
KEPT = timedelta(days=7)  # recipients: nothing can be taken back any more, and counts stay
DROPPED_AT_ONCE = 200
DROP_SECONDS = 600.0


@dataclass
class House:
    """`ready` once it has been seen which claims an earlier run left."""

    store: BroadcastStore
    recipients: RecipientStore
    freezing: Freezing
    progress: Progress
    main_api: MainApi
    clock: Clock
    alarm: Alarm
    monotonic: Callable[[], float] = time.monotonic
    ready: bool = False
    _claims_at: float = 0.0
    _freeze_at: float = 0.0
    _tell_at: float = 0.0
    _drop_at: float = 0.0
    _ended: str = ""

    def step(self) -> float:
        """The seconds after which there may be more to do, unless the alarm rings."""
        if not self.ready:
            self.store.prepare()
            self.recipients.prepare()
        self._look_for_lost_claims()
        if not self.ready:
            self.ready = True
            self.alarm.ring()
        job = self.store.current()
        freezing = job is not None and not job.frozen and self._freeze(job)
        if job is not None and job.frozen:
            self._see_the_end(job)
        self._show()
        untold = self._tell_blocked()
        self._drop_old()
        if freezing:
            return 0.0
        busy = job or untold or any(self.store.reports_due())
        return LOOK_SECONDS if busy else IDLE_SECONDS

    def _look_for_lost_claims(self) -> None:
        now = self.monotonic()
        if self.ready and now < self._claims_at:
            return
        for job in self.store.unfinished():
            if lost := self.recipients.give_up_lost_claims(job.broadcast_id, self.clock()):
                log.warning("copies whose sending nobody saw end", extra={"unknown": lost})
        self._claims_at = now + CLAIMS_SECONDS

    def _freeze(self, job: Job) -> bool:
        """False when main_api is away: it is asked again a little later."""
        if self.monotonic() < self._freeze_at:
            return False
        try:
            self.freezing.next_page(job)
        except StorageUnavailable:
            raise
        except ServiceError as away:
            log.warning("main_api does not tell the recipients", extra={"code": away.code})
            self._freeze_at = self.monotonic() + MAIN_API_AWAY_SECONDS
            return False
        self.alarm.ring()
        return True

    def _see_the_end(self, job: Job) -> None:
        """Seen twice: a recipient who was just put back may have slipped through one look. What was
        under way when it was stopped is awaited before all is called taken back.
        """
        left = ("waiting", "sending") if job.state == "running" else ("sent", "removing", "sending")
        if self._left(job, *left):
            self._ended = ""
        elif self._ended != job.broadcast_id:
            self._ended = job.broadcast_id
        elif job.state == "running":
            self._end(job, "done", ended_at=self.clock(), seconds_left=None)
        else:
            self._end(job, "deleted")

    def _end(self, job: Job, to: BroadcastState, **changes: object) -> None:
        """Whoever reads that it has ended reads its last numbers, too."""
        counts = self.recipients.counts(job.broadcast_id, fresh=True).as_document()
        self.store.change(job.broadcast_id, [job.state], to, counts=counts, **changes)

    def _left(self, job: Job, *states: str) -> bool:
        return self.recipients.any_in(job.broadcast_id, *states)

    def _show(self) -> None:
        jobs = {job.broadcast_id: job for job in self.store.reports_due()}
        current = self.store.current()
        if current:
            jobs[current.broadcast_id] = current
        for job in jobs.values():
            at_work = job.state in ("running", "deleting")
            settled = at_work or not self._left(job, "sending", "removing")
            in_turn = current is not None and current.broadcast_id != job.broadcast_id
            self.progress.show(job, settled=settled, in_turn=in_turn)

    def _drop_old(self) -> None:
        """Who was served by broadcasts that ended long ago is forgotten, some at a time."""
        now = self.monotonic()
        if now < self._drop_at:
            return
        ended = self.store.ended_before(self.clock() - KEPT)
        if ended is None:
            self._drop_at = now + DROP_SECONDS
        elif not self.recipients.drop(ended, DROPPED_AT_ONCE):
            self.store.dropped(ended)

    def _tell_blocked(self) -> bool:
        """Whether some are left to be told. Whoever main_api does not know is nobody's."""
        if self.monotonic() < self._tell_at:
            return True
        for n, (key, telegram_id) in enumerate(self.recipients.blocked_to_tell()):
            if n == TOLD_AT_ONCE:
                return True
            try:
                user = self.main_api.user_by_telegram(telegram_id)
                self.main_api.change_user(user.user_id, UserChange(blocked=True))
            except NotFound:
                pass
            except StorageUnavailable:
                raise
            except ServiceError as away:
                log.warning("main_api does not take a mark", extra={"code": away.code})
                self._tell_at = self.monotonic() + MAIN_API_AWAY_SECONDS
                return True
            self.recipients.told_blocked(key)
        return False
