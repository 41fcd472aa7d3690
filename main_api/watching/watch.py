"""Looks at all servers every few seconds: health, who is missing, alarms, repair."""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from time import monotonic

from common.clock import Clock
from common.errors import NotFound, ServiceError
from main_api.vpn_api.pending_store import PendingStore
from main_api.vpn_api.server_store import ServerStore
from main_api.vpn_api.servers import Place, Server, Servers
from main_api.watching.alarms import About, Alarm, Alarms
from main_api.watching.health import Health, Look, Reason, judge
from main_api.watching.lacking import Lack, Lacking
from main_api.watching.questions import Questions
from main_api.watching.store import Watched, WatchStore
from main_api.watching.telling import OwnersWord
from models.presence import ServerStatus

log = logging.getLogger(__name__)
PATIENCE_SECONDS = 8.0
REPAIR_SECONDS = 60.0
Answer = ServerStatus | ServiceError | None


class Watch:
    """What servers say is bounded where it is read; whom they name counts only if he has access by
    our own record. `repair` is called with an address where somebody is missing.
    """

    def __init__(
        self,
        *,
        servers: Servers,
        known: ServerStore,
        store: WatchStore,
        lacking: Lacking,
        alarms: Alarms,
        word: OwnersWord,
        repair: Callable[[str, list[int]], None],
        clock: Clock,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self._servers, self._known, self._store = servers, known, store
        self._lacking, self._alarms, self._word = lacking, alarms, word
        self._repair = repair
        self._clock = clock
        self._questions = Questions[ServerStatus](patience_seconds)
        self._repaired: dict[str, float] = {}

    def tick(self) -> None:
        places = self._servers.places()
        answers = self._questions.ask(_callable(places), lambda server: server.api.status())
        watched, alarms = self._store.all(), self._alarms.open_ones()
        for place in places:
            self._alarm_uncalled(place, alarms.get((About.UNCALLED, place.address)))
            if place.server:
                before = watched.get(place.address)
                self._see(place, before, answers.get(place.address), alarms)
        self._let_go({place.address for place in places}, watched, alarms.values())
        self._word.tell()

    def _see(
        self,
        place: Place,
        before: Watched | None,
        answer: Answer,
        alarms: dict[tuple[About, str], Alarm],
    ) -> None:
        now, address = self._clock(), place.address
        status = answer if isinstance(answer, ServerStatus) else None
        noted = before.noted if before else {}
        answered = self._answered(address, answer)
        lack = self._lacking.look(address, _not_in_core(status) if answered else None, noted, now)
        look = Look(now, answered, status, lack.first)
        health = judge(before.health if before else None, look)
        missing = lack.count(now) + _beyond(status, lack, now)
        self._store.put(address, Watched(health, missing, lack.oldest()))
        self._alarm_sick(place, health, lack, alarms.get((About.SICK, address)))
        self._alarm_missing(place, lack, missing, alarms.get((About.MISSING, address)))
        if missing:
            self._mend(address, lack.long(now))

    def _answered(self, address: str, answer: Answer) -> bool:
        """An agent of an older version knows no such question, but describes itself."""
        if isinstance(answer, NotFound):
            return bool(self._known.all().get(address, {}).get("reachable"))
        return isinstance(answer, ServerStatus)

    def _alarm_sick(self, place: Place, health: Health, lack: Lack, alarm: Alarm | None) -> None:
        if health.well and alarm:
            self._alarms.end(alarm)
        elif not health.well and not alarm:
            reason = str(health.reason or Reason.SILENT)
            users = len(lack.since) + lack.more
            self._alarms.begin(About.SICK, place, health.since, reason=reason, users=users)

    def _alarm_missing(self, place: Place, lack: Lack, missing: int, alarm: Alarm | None) -> None:
        if not missing and alarm:
            self._alarms.end(alarm)
        elif missing and not alarm and lack.first:
            self._alarms.begin(About.MISSING, place, lack.first, users=missing)

    def _alarm_uncalled(self, place: Place, alarm: Alarm | None) -> None:
        if place.server and alarm:
            self._alarms.end(alarm)
        elif not place.server and not alarm:
            self._alarms.begin(About.UNCALLED, place, self._clock())

    def _mend(self, address: str, users: list[int]) -> None:
        if monotonic() - self._repaired.get(address, -REPAIR_SECONDS) >= REPAIR_SECONDS:
            self._repaired[address] = monotonic()
            self._repair(address, users)

    def _let_go(self, ours: set[str], watched: Iterable[str], alarms: Iterable[Alarm]) -> None:
        """A server that comes back some day begins anew."""
        self._lacking.keep(ours)
        for address in set(watched) - ours:
            self._store.forget(address)
        for alarm in alarms:
            if alarm.server not in ours:
                self._alarms.drop(alarm)


def make_pending(pending: PendingStore) -> Callable[[str, list[int]], None]:
    """Repairs by telling the server anew: what its agent then holds it brings its core to."""

    def repair(address: str, users: list[int]) -> None:
        told = pending.tell_again(address, users)
        if told:  # the others are still pending
            log.warning("server %s: %d with access are missing and told anew", address, told)

    return repair


def _callable(places: list[Place]) -> list[Server]:
    return [place.server for place in places if place.server]


def _not_in_core(status: ServerStatus | None) -> list[int]:
    return [int(key.removeprefix("u")) for key in status.missing_keys] if status else []


def _beyond(status: ServerStatus | None, lack: Lack, now: datetime) -> int:
    """Those whom the server counts as missing and does not name, once somebody is for too long."""
    if status is None or not lack.long(now):
        return 0
    return max(min(status.missing, status.users_live) - len(status.missing_keys), 0)
