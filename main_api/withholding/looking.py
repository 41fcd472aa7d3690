"""Whom the limits concern at this moment, and what is known of each: all of them in one look."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from common.storage.protocol import Database
from main_api.subscriptions.last_order import granted_tariffs
from main_api.traffic.limits import Limits, tariff_limits
from main_api.users.record import UserRecord
from main_api.withholding.counts import Counts
from main_api.withholding.crowds import Crowds
from main_api.withholding.judging import NOTED_WITHIN, Evidence, not_noted
from main_api.withholding.people import People

OVERLAP = timedelta(minutes=2)  # a change is written some time after its moment was noted
Case = tuple[UserRecord, Evidence]


class Looking:
    """Where no tariff enforces anything a look is two queries; nobody is asked for one by one."""

    def __init__(self, db: Database) -> None:
        self._db, self._people = db, People(db)
        self._counts, self._crowds = Counts(db), Crowds()
        self._looked_at: datetime | None = None
        self._enforcing = False

    def look(self, now: datetime) -> list[Case]:
        """Whoever is withheld, and whoever has enough for the limits of some tariff."""
        enforcing = {
            tariff_id: limits
            for tariff_id, limits in tariff_limits(self._db).items()
            if limits.quota is not None or limits.most_devices is not None
        }
        self._enforcing = bool(enforcing)
        if not enforcing:
            self._counts, self._looked_at = Counts(self._db), None
            return [(it, self._evidence(it, Limits(), set())) for it in self._people.withheld()]
        self._counts.look(now)
        return self._cases(enforcing, now)

    def note_who_paid(self, now: datetime) -> None:
        """After a look. What they had used on that day before does not count to what they buy."""
        if not self._enforcing:
            return
        since = self._looked_at - OVERLAP if self._looked_at else now - NOTED_WITHIN
        for user in self._people.changed_since(min(since, now)):
            if not_noted(user, now) and user.paid_at is not None:
                count = self._counts.since(user.user_id, user.paid_at.date())
                self._people.note_begin(user, count)
        self._looked_at = now

    def _cases(self, enforcing: Mapping[str, Limits], now: datetime) -> list[Case]:
        users = {user.user_id: user for user in self._people.withheld()}
        above = self._above_any(enforcing.values())
        users |= {user.user_id: user for user in self._people.these(above - users.keys())}
        bought = granted_tariffs(self._db, users)
        limits = {
            it: Limits() if user.has_trial else enforcing.get(bought.get(it, ""), Limits())
            for it, user in users.items()
        }
        crowded = self._crowds.look((it for it in users if self._is_above(it, limits[it])), now)
        return [(user, self._evidence(user, limits[it], crowded)) for it, user in users.items()]

    def _above_any(self, enforcing: Iterable[Limits]) -> set[int]:
        limits = list(enforcing)
        quotas = [it.quota for it in limits if it.quota is not None]
        found = self._counts.heavy(min(quotas)) if quotas else set()
        devices = [it.most_devices for it in limits if it.most_devices is not None]
        return found | (self._counts.crowds(min(devices)) if devices else set())

    def _is_above(self, user_id: int, limits: Limits) -> bool:
        most = limits.most_devices
        return most is not None and self._counts.devices.get(user_id, 0) > most

    def _evidence(self, user: UserRecord, limits: Limits, crowded: set[int]) -> Evidence:
        counts = self._counts
        return Evidence(
            limits, lambda day: counts.since(user.user_id, day), user.user_id in crowded
        )
