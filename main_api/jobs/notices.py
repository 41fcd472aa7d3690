"""Announces the end of each access to notify_service, which keeps the notice until it is due."""

import logging
from datetime import timedelta

from common.clients.notify_service import NotifyService
from common.clock import milliseconds
from common.errors import ServiceError, Unavailable
from common.storage.protocol import ASCENDING, Database
from main_api.mongo_api.collections import USERS
from main_api.users.record import UserRecord, record_of
from models.codes import NoticeKind
from models.notifies import Notice

log = logging.getLogger(__name__)
AFTER_THE_END = timedelta(seconds=30)
PAGE = 200


class NoticePlanning:
    def __init__(self, db: Database, notify: NotifyService) -> None:
        self._db = db
        self._notify = notify

    def tick(self) -> None:
        """All whose `notice_pending` is set; raises Unavailable when notify_service is away."""
        after = 0
        while users := self._page(after):
            after = users[-1].user_id
            for user in users:
                try:
                    self._plan(user)
                except Unavailable:
                    raise
                except ServiceError as refused:
                    log.error("the notice of u%d was refused: %s", user.user_id, refused.code)  # noqa: TRY400 -- the code says it

    def _page(self, after: int) -> list[UserRecord]:
        found = self._db[USERS].find(
            {"notice_pending": True, "_id": {"$gt": after}},
            sort=[("_id", ASCENDING)],
            limit=PAGE,
        )
        return [record_of(document) for document in found]

    def _plan(self, user: UserRecord) -> None:
        if user.expires_at is not None:
            self._notify.add(sub_ended(user))
        # the end is named: a grant made meanwhile has a notice of its own to be announced
        self._db[USERS].update_one(
            {"_id": user.user_id, "expires_at": user.expires_at},
            {"$set": {"notice_pending": False}},
        )


def sub_ended(user: UserRecord) -> Notice:
    """Keyed by user and end, so that announcing it again changes nothing."""
    assert user.expires_at is not None
    end = milliseconds(user.expires_at)
    return Notice(
        key=f"subEnded:{user.user_id}:{end}",
        kind=NoticeKind.SUB_ENDED,
        telegram_id=user.tg_id,
        language=user.language,
        due_at=user.expires_at + AFTER_THE_END,
        params={"end_ms": end},
    )
