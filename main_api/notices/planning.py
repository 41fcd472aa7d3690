"""Hands the notices of each changed access to notify_service, which keeps them till due."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from time import monotonic

from common.clients.notify_service import NotifyService
from common.clock import Clock
from common.errors import Forbidden, ServiceError, TooManyRequests, Unauthorized, Unavailable
from common.storage.protocol import ASCENDING, Database
from main_api.mongo_api.collections import USERS
from main_api.notices.moments import notices_of
from main_api.notices.rush import Monotonic, Rush
from main_api.users.record import UserRecord, record_of
from models.notifies import MOST_NOTICES, NoticeList

log = logging.getLogger(__name__)
PAGE = 200
PORTION = MOST_NOTICES // 5  # nobody has more than five
TWO_CLOCKS = timedelta(seconds=5)
REFUSED_SECONDS = 30.0
NOBODYS_FAULT = (Unavailable, Unauthorized, Forbidden, TooManyRequests)


class NoticePlanning:
    def __init__(
        self,
        db: Database,
        notify: NotifyService,
        clock: Clock,
        monotonic: Monotonic = monotonic,
    ) -> None:
        self._db = db
        self._notify = notify
        self._clock = clock
        self._monotonic = monotonic
        self._rush = Rush(monotonic)
        self._adopted = False
        self._after = 0
        self._refused: dict[tuple[int, int], float] = {}

    def tick(self, settled_seconds: float = 0.0) -> None:
        """The next page of those whose `notice_pending` is set: after an upgrade all users are, and
        a job must end in time. Those of a page that is not full wait until nobody has come for
        `settled_seconds`. Raises ServiceError when notify_service is away,
        or does not believe us (a clock that has just jumped).
        """
        self._adopt()
        users = self._page(self._after)
        full = len(users) == PAGE
        wait = 0.0 if full else settled_seconds
        due = self._rush.to_plan(self._unrefused(users), self._clock(), wait)
        for several in _portions(due):
            self._plan_several(several)
        self._after = users[-1].user_id if full else 0

    def _unrefused(self, users: list[UserRecord]) -> list[UserRecord]:
        """Without those who were refused a moment ago: they would spoil each portion anew."""
        now = self._monotonic()
        self._refused = {case: until for case, until in self._refused.items() if until > now}
        return [user for user in users if (user.user_id, user.revision) not in self._refused]

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

    def _plan_several(self, users: list[UserRecord]) -> None:
        """In one call; a refusal is for one of them, who is looked for by halves: the others shall
        have theirs.
        """
        try:
            self._plan(users)
        except NOBODYS_FAULT:
            raise
        except ServiceError as refused:
            if len(users) > 1:
                half = len(users) // 2
                self._plan_several(users[:half])
                self._plan_several(users[half:])
                return
            self._refused[users[0].user_id, users[0].revision] = self._monotonic() + REFUSED_SECONDS
            log.error("the notices of u%d were refused: %s", users[0].user_id, refused.code)  # noqa: TRY400 -- the code says it

    def _plan(self, users: list[UserRecord]) -> None:
        notices = [notice for user in users for notice in notices_of(user)]
        if notices:
            self._notify.add_all(NoticeList(notices=notices))
        if not self._noted(users) and notices:
            self._forget_who_left(users)

    def _noted(self, users: list[UserRecord]) -> bool:
        """Whether all were. The revision is named: what was changed meanwhile has notices of its
        own to be handed over.
        """
        noted = 0
        for revision in {user.revision for user in users}:
            ids = [user.user_id for user in users if user.revision == revision]
            noted += (
                self._db[USERS]
                .update_many(
                    {"_id": {"$in": ids}, "revision": revision}, {"$set": {"notice_pending": False}}
                )
                .matched_count
            )
        return noted == len(users)

    def _forget_who_left(self, users: list[UserRecord]) -> None:
        """notify_service had perhaps forgotten them before it got these."""
        ids = [user.user_id for user in users]
        here = self._db[USERS].find({"_id": {"$in": ids}, "deleting": False}, ["_id"])
        present = {found["_id"] for found in here}
        for user in users:
            if user.user_id not in present:
                self._notify.forget(user.tg_id, before=self._clock() + TWO_CLOCKS)


def _portions(users: list[UserRecord]) -> Iterator[list[UserRecord]]:
    for start in range(0, len(users), PORTION):
        yield users[start : start + PORTION]
