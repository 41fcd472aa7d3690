"""Tells people what became of their money, through notify_service, once by a stable key."""

import hashlib
import logging
from datetime import timedelta

from common.clients.notify_service import NotifyService
from common.clock import Clock
from common.errors import NotFound, ServiceError
from main_api.payments.facts import Decision, FactStore
from main_api.users.store import UserStore
from models.codes import NoticeKind
from models.notifies import Notice

log = logging.getLogger(__name__)
AGAIN_AFTER = timedelta(seconds=20)


class Messages:
    def __init__(
        self,
        facts: FactStore,
        users: UserStore,
        notify: NotifyService,
        clock: Clock,
        *,
        owner_telegram_id: int | None,
    ) -> None:
        self._facts, self._users = facts, users
        self._notify = notify
        self._clock = clock
        self._owner = owner_telegram_id

    def tell(self, fact_id: str) -> bool:
        """Hand over what is to be said; while notify_service is away it stays to be said, and this
        says False.
        """
        try:
            stored = self._facts.find(fact_id)
            if stored is None or stored.decision is None:
                return True
            self._customer(fact_id, stored.decision)
            self._alarm(fact_id, stored.decision)
            self._facts.told(fact_id)
        except ServiceError as trouble:
            log.warning("messages about payment %s wait: %s", fact_id, trouble.code)
            self._later(fact_id)
            return False
        except Exception:
            log.exception("messages about payment %s", fact_id)
        return True

    def _later(self, fact_id: str) -> None:
        try:
            self._facts.tell_later(fact_id, self._clock() + AGAIN_AFTER)
        except ServiceError:
            log.warning("the database is away; the sweep will find payment %s", fact_id)

    def _customer(self, fact_id: str, decision: Decision) -> None:
        if decision.notice is None:
            return
        try:
            user = self._users.get(decision.user_id)
        except NotFound:
            return  # gone meanwhile: there is nobody to tell
        self._notify.add(
            Notice(
                key=message_key(decision.notice, fact_id),
                kind=decision.notice,
                telegram_id=user.tg_id,
                language=user.language,
                due_at=self._clock(),
                params=decision.params,
            )
        )

    def _alarm(self, fact_id: str, decision: Decision) -> None:
        if not decision.alert:
            return
        log.error("for the owner: %s", decision.alert)
        if self._owner is None:
            return
        self._notify.add(
            Notice(
                key=message_key(NoticeKind.OWNER_ALERT, fact_id),
                kind=NoticeKind.OWNER_ALERT,
                telegram_id=self._owner,
                due_at=self._clock(),
                params={"text": decision.alert},
            )
        )


def message_key(kind: NoticeKind, fact_id: str) -> str:
    """Providers' ids may hold what a key may not."""
    return f"{kind}:{hashlib.sha256(fact_id.encode()).hexdigest()[:32]}"
