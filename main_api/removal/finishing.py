"""The end of a removal: whoever has to forget the person is told until done; then nothing stays."""

import logging
import threading
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import islice

from common.clients.notify_service import NotifyService
from common.errors import ServiceError, Unavailable
from common.storage.protocol import Database, StorageUnavailable
from main_api.audit import forget_in_audit
from main_api.removal.leaving import Leaving, LeavingStore
from main_api.traffic.store import forget_traffic
from models.users import Removal

log = logging.getLogger(__name__)
AT_ONCE = 8
BATCH = 200
UNDER_WAY = timedelta(seconds=5)
"""For notices that were being handed over while the person left, and for two clocks."""

InFile = Callable[[], Collection[str]]
"""The servers of the countries file; raises Unavailable while nobody knows them."""


class Finishing:
    """Every step may be repeated, after a crash at any point and by several processes at once.

    `forget_link` is what the referrals have to forget.
    """

    def __init__(
        self,
        db: Database,
        notify: NotifyService,
        in_file: InFile,
        forget_link: Callable[[int], None],
    ) -> None:
        self._db = db
        self._leaving = LeavingStore(db)
        self._notify = notify
        self._in_file = in_file
        self._forget_link = forget_link

    def finish(self, user_id: int) -> Removal:
        """As far as it goes now: `done` when nothing is left."""
        leaving = self._leaving.get(user_id)
        if leaving is not None and not self._step(leaving, threading.Event()):
            return Removal(user_id=user_id, done=False, pending=leaving.pending)
        return Removal(user_id=user_id, done=True, pending=[])

    def sweep(self) -> int:
        """All that wait; how many still do afterwards."""
        waiting, everybody = 0, self._leaving.all()
        away = threading.Event()
        while batch := list(islice(everybody, BATCH)):
            with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="forget") as pool:
                erased = sum(pool.map(lambda leaving: self._step(leaving, away), batch))
            waiting += len(batch) - erased
            if erased:
                log.info("%d users are deleted", erased)
        return waiting

    def _step(self, leaving: Leaving, away: threading.Event) -> bool:
        """Whether nothing is left. `away`: notify_service has not answered in this round."""
        if leaving.tg_id is not None and not self._forgotten(leaving, leaving.tg_id, away):
            return False
        return not self._awaited(leaving) and self._leaving.erase(leaving)

    def _forgotten(self, leaving: Leaving, tg_id: int, away: threading.Event) -> bool:
        if away.is_set():
            return False
        forget_in_audit(self._db, leaving.user_id)
        forget_traffic(self._db, leaving.user_id)
        self._forget_link(leaving.user_id)
        assert leaving.left_at is not None
        try:
            # only what is older: the person may have come back meanwhile, under the same id
            self._notify.forget(tg_id, before=leaving.left_at + UNDER_WAY)
        except StorageUnavailable:
            raise
        except ServiceError as trouble:
            if isinstance(trouble, Unavailable):  # what is refused is one person's trouble
                away.set()
            log.warning("notify_service has not forgotten u%d: %s", leaving.user_id, trouble.code)
            return False
        self._leaving.notices_are_forgotten(leaving.user_id)
        return True

    def _awaited(self, leaving: Leaving) -> bool:
        """Whether a server is still to be told; for one that has left the file nobody waits."""
        return bool(leaving.pending) and not set(leaving.pending).isdisjoint(self._in_file())
