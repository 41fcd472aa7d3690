"""Tells the operator, once a day, of a server that holds suspiciously many whom we do not know."""

import hashlib
import logging

from common.clients.notify_service import NotifyService
from common.clock import Clock
from common.errors import ServiceError
from main_api.vpn_api.agreement import Outcome
from models.codes import NoticeKind
from models.notifies import Notice

log = logging.getLogger(__name__)
TEXT = (
    "server {address} lets {count} users in who, by our database, have no or less access. "
    "None of them was removed. If the database is the right and the whole one, say so: "
    "python -m main_api.servers agree {address} --force"
)


class AgreementAlarm:
    """While notify_service is away it is tried again with the next outcome."""

    def __init__(self, notify: NotifyService, clock: Clock, owner: int | None) -> None:
        self._notify = notify
        self._clock = clock
        self._owner = owner
        self._told: dict[str, str] = {}

    def __call__(self, address: str, outcome: Outcome) -> None:
        today = self._clock().date().isoformat()
        if not outcome.withheld:
            self._told.pop(address, None)
        elif self._told.get(address) != today:
            text = TEXT.format(address=address, count=outcome.withheld)
            log.error("for the owner: %s", text)
            if self._owner is None or self._sent(address, today, text, self._owner):
                self._told[address] = today

    def _sent(self, address: str, today: str, text: str, owner: int) -> bool:
        case = hashlib.sha256(f"agreement {address} {today}".encode()).hexdigest()[:32]
        notice = Notice(
            key=f"{NoticeKind.OWNER_ALERT}:{case}",
            kind=NoticeKind.OWNER_ALERT,
            telegram_id=owner,
            due_at=self._clock(),
            params={"text": text},
        )
        try:
            self._notify.add(notice)
        except ServiceError as trouble:
            log.warning("the owner is not told yet: %s", trouble.code)
            return False
        return True
