"""The simulated shop: the real planner, access, store and dispatcher, in a time that only steps.

Every process is built anew from its database after a kill or an outage.
"""

import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from common.errors import Unavailable
from common.storage.protocol import Database
from common.telegram.gate import Gate
from main_api.access.changes import AccessChanges
from main_api.access.service import AccessService
from main_api.mongo_api.database import IndexedDatabase
from main_api.notices.planning import NoticePlanning
from main_api.notices.rush import SETTLED_SECONDS
from main_api.users.store import UserStore
from notify_service.deps import Deps, compose
from notify_service.quiet import QuietHours
from notify_service.scheduler import KEPT
from tests.notices.killing import Fuse, Killed, MortalDatabase
from tests.notices.neighbours import MainApiWithoutWire, NotifyWithoutWire, Phones
from tests.notices.outages import Outages
from tests.support.clock import FakeClock

TICK = timedelta(seconds=1)  # of the job that plans
QUIET = QuietHours(22, 9)
Action = Callable[[], None]


@dataclass(frozen=True)
class Plan:
    """How long it runs, how long its trials are, and which process is away when."""

    begin: datetime
    end: datetime
    trial_days: int
    jobs: Outages
    notify: Outages


class World:
    def __init__(self, plan: Plan, main: Database, notify: Database, rng: Random) -> None:
        self.plan, self.rng = plan, rng
        self.clock = FakeClock(plan.begin)
        self.jobs_fuse, self.notify_fuse = Fuse(rng), Fuse(rng)
        self.main, self._notify_raw = IndexedDatabase(main), notify
        self.users = UserStore(self.main)
        self.phones = Phones(self.clock, self.notify_fuse)
        self.unknown: set[str] = set()
        self.meanwhile: Callable[[int], None] = lambda _tg_id: None
        changes = AccessChanges(self.main, self.users, list)
        self.access = AccessService(
            changes, lambda user: user, self.clock, trial_days=plan.trial_days, max_access_days=1100
        )
        self._agenda: list[tuple[datetime, int, Action]] = []
        self._order = itertools.count()
        self._notify: Deps | None = None
        self._start_jobs()
        self._start_notify()
        self._schedule_outages()

    def at(self, moment: datetime, action: Action) -> None:
        """At whole milliseconds, as the databases keep time."""
        moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
        heapq.heappush(self._agenda, (moment, next(self._order), action))

    def run(self) -> None:
        while self._agenda and self._agenda[0][0] <= self.plan.end:
            due = self._next_due()
            if due is not None and due <= self._agenda[0][0]:
                self.clock.now = max(self.clock.now, due)
                self._deliver()
            else:
                moment, _, action = heapq.heappop(self._agenda)
                self.clock.now = max(self.clock.now, moment)
                action()

    def changed(self) -> None:
        """Somebody's access has changed; the job looks within a second, if it runs, and then each
        second while somebody's notices wait for a rush to end.
        """
        self.at(self.clock.now + TICK, self._tick)

    def _meanwhile(self, tg_id: int) -> None:
        self.meanwhile(tg_id)

    def _schedule_outages(self) -> None:
        for begin, end in self.plan.jobs.spans:
            self.at(end, self._start_jobs)
            self.at(end, self._tick)
            self.at(begin, lambda: None)
        for begin, end in self.plan.notify.spans:
            self.at(begin, self._stop_notify)
            self.at(end, self._start_notify)
            self.at(end + TICK, self._tick)
        self.at(self.plan.end, lambda: None)  # whatever is due by then still goes out
        days = (self.plan.end - self.plan.begin).days
        for day in range(days):
            if day % 5 == 0:
                self.at(self.plan.begin + timedelta(days=day, hours=5), self._keep_house)
            self.at(self.plan.begin + timedelta(days=self.rng.random() * days), self._strike)

    def _strike(self) -> None:
        self.rng.choice([self.jobs_fuse, self.notify_fuse]).strike(within_steps=40)

    def _start_jobs(self) -> None:
        notify = NotifyWithoutWire(
            lambda: self._notify.store if self._notify else None,
            self.clock,
            self._start_notify,
            self._meanwhile,
        )
        mortal = MortalDatabase(self.main, self.jobs_fuse)
        self._planning = NoticePlanning(mortal, notify, self.clock, self._seconds)

    def _tick(self) -> None:
        if self.plan.jobs.down(self.clock.now):
            return
        try:
            self._planning.tick(SETTLED_SECONDS)
            if self.main["users"].find_one({"notice_pending": True}, ["_id"]):
                self.changed()
        except Unavailable:
            if self._notify is not None:  # it was killed, and is back
                self.changed()
        except Killed:
            self._start_jobs()
            self.changed()

    def _stop_notify(self) -> None:
        self._notify = None

    def _start_notify(self) -> None:
        """The first thing that a started service does is to keep house."""
        main_api = MainApiWithoutWire(self.users)
        gate = Gate(monotonic=self._seconds, sleep=lambda _: None)
        database = MortalDatabase(self._notify_raw, self.notify_fuse)
        self._notify = compose(database, self.clock, gate, self.phones, main_api, quiet=QUIET)
        self._keep_house()
        unknown = self._notify_raw.collection("notices").find({"state": "unknown"}, ["_id"])
        self.unknown |= {found["_id"] for found in unknown}

    def _seconds(self) -> float:
        return self.clock.now.timestamp()

    def _keep_house(self) -> None:
        if self._notify is None:
            return
        store = self._notify.store
        try:
            store.prepare()
            store.give_up_lost_claims(self.clock.now)
            store.purge(self.clock.now - KEPT)
            self._notify.dispatcher.tell_blocked()
        except Killed:
            self._start_notify()

    def _next_due(self) -> datetime | None:
        while self._notify:
            try:
                return self._notify.store.next_due()
            except Killed:
                self._start_notify()
        return None

    def _deliver(self) -> None:
        assert self._notify is not None
        try:
            wait = self._notify.dispatcher.permit()
            if wait > 0:
                self.clock.advance(seconds=max(wait, 0.01))
            else:
                self._notify.dispatcher.deliver_one()
        except Killed:
            self._start_notify()
