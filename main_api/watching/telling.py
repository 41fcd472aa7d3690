"""Tells the owner of an episode, once when it begins and once when it is over."""

import hashlib
import logging

from common.clients.notify_service import NotifyService
from common.clock import Clock, milliseconds
from main_api.vpn_api.servers import Servers
from main_api.watching.alarms import Alarm, Alarms, Word
from main_api.watching.store import WatchStore
from models.codes import NoticeKind
from models.notifies import Notice

log = logging.getLogger(__name__)


class OwnersWord:
    """While notify_service is away the word waits; told twice under one key it arrives once."""

    def __init__(
        self,
        alarms: Alarms,
        servers: Servers,
        store: WatchStore,
        notify: NotifyService,
        clock: Clock,
        owner_telegram_id: int | None,
    ) -> None:
        self._alarms = alarms
        self._servers, self._store = servers, store
        self._notify = notify
        self._clock = clock
        self._owner = owner_telegram_id

    def tell(self) -> None:
        """Raises ServiceError when a word could not be handed over."""
        for alarm in self._alarms.untold():
            for word in alarm.untold:
                log.warning("server %s: %s %s", alarm.server, alarm.about, word)
                if self._owner is not None:
                    self._notify.add(self._notice(alarm, word, self._owner))
                self._alarms.told(alarm, word)

    def _notice(self, alarm: Alarm, word: Word, owner: int) -> Notice:
        until = milliseconds(alarm.until) if alarm.until and word is Word.OVER else 0
        return Notice(
            key=f"{NoticeKind.SERVER_ALARM}:{_digest(alarm.alarm_id)}:{word}",
            kind=NoticeKind.SERVER_ALARM,
            telegram_id=owner,
            due_at=self._clock(),
            params={
                "about": str(alarm.about),
                "reason": alarm.reason,
                "country": alarm.country,
                "address": alarm.server,
                "users": alarm.users,
                "others": self._well_beside(alarm.server),
                "since_ms": milliseconds(alarm.since),
                "until_ms": until,
            },
        )

    def _well_beside(self, address: str) -> int:
        """How many other servers new customers can be given."""
        ours = set(self._servers.addresses()) - {address}
        return sum(it.health.well for at, it in self._store.all().items() if at in ours)


def _digest(alarm_id: str) -> str:
    """An address may hold what a key may not."""
    return hashlib.sha256(alarm_id.encode()).hexdigest()[:32]
