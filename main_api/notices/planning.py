"""Hands the notices of each changed access to notify_service, which keeps them till due."""

import logging
from datetime import timedelta

from common.clients.notify_service import NotifyService
from common.clock import Clock
from common.errors import ServiceError, Unavailable
from common.storage.protocol import ASCENDING, Database
from main_api.mongo_api.collections import USERS
from main_api.notices.moments import notices_of
from main_api.users.record import UserRecord, record_of
from models.notifies import NoticeList

log = logging.getLogger(__name__)
PAGE = 200
TWO_CLOCKS = timedelta(seconds=5)


class NoticePlanning:
    def __init__(self, db: Database, notify: NotifyService, clock: Clock) -> None:
        self._db = db
        self._notify = notify
        self._clock = clock
        self._adopted = False
        self._after = 0

    def tick(self) -> None:
        """The next page of those whose `notice_pending` is set: after an upgrade all users are, and
        a job must end in time. Raises Unavailable when notify_service is away.
        """
        self._adopt()
        users = self._page(self._after)
        for user in users:
            try:
                self._plan(user)
            except Unavailable:
                raise
            except ServiceError as refused:
                log.error("the notices of u%d were refused: %s", user.user_id, refused.code)  # noqa: TRY400 -- the code says it
        self._after = users[-1].user_id if len(users) == PAGE else 0

    def _adopt(self) -> None:
        """Users of an older version, whose end alone was announced: what is still ahead of them is
        planned too. Once a process: afterwards there are none.
        """
        if self._adopted:
            return
        now = self._clock()
        self._db[USERS].update_many(
            {"access_changed_at": None, "expires_at": {"$gt": now}, "notice_pending": False},
            {"$set": {"access_changed_at": now, "notice_pending": True}},
        )
        self._adopted = True

    def _page(self, after: int) -> list[UserRecord]:
        found = self._db[USERS].find(
            {"notice_pending": True, "_id": {"$gt": after}},
            sort=[("_id", ASCENDING)],
            limit=PAGE,
        )
        return [record_of(document) for document in found]

    def _plan(self, user: UserRecord) -> None:
        notices = notices_of(user)
        if notices:
            self._notify.add_all(NoticeList(notices=notices))
        # the revision is named: what was changed meanwhile has notices of its own to be handed over
        unchanged = self._db[USERS].update_one(
            {"_id": user.user_id, "revision": user.revision}, {"$set": {"notice_pending": False}}
        )
        if notices and not unchanged.matched_count and self._has_left(user):
            # notify_service had perhaps forgotten the person before it got these
            self._notify.forget(user.tg_id, before=self._clock() + TWO_CLOCKS)

    def _has_left(self, user: UserRecord) -> bool:
        return self._db[USERS].find_one({"_id": user.user_id, "deleting": False}, ["_id"]) is None
