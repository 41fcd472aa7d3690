"""What one user has used: for his own profile, and for whoever helps him."""

from datetime import date, datetime, timedelta

from common.clock import Clock
from common.storage.protocol import Database
from main_api.traffic.cursors import Cursors
from main_api.traffic.limits import Limits, anchor_of, limits_of, period_began
from main_api.traffic.store import DayHere, TrafficStore
from main_api.users.record import UserRecord
from models.traffic import LimitedUsage, ServerDay, Usage, UserTraffic

MONTH = 30
FRESH = timedelta(minutes=5)  # a server is asked every minute


class UsageService:
    def __init__(self, db: Database, clock: Clock) -> None:
        self._db, self._clock = db, clock
        self._store, self._cursors = TrafficStore(db), Cursors(db)

    def of_limits(self, user: UserRecord) -> LimitedUsage:
        limits = self._limits(user)
        if limits == Limits():
            return LimitedUsage(usage=None)
        today = self._clock().date()
        found = self._store.of_user(user.user_id, today - timedelta(days=MONTH - 1))
        return LimitedUsage(usage=self._usage(user, limits, found, today))

    def of(self, user: UserRecord, days: int = MONTH) -> UserTraffic:
        today = self._clock().date()
        found = self._store.of_user(user.user_id, today - timedelta(days=max(days, MONTH) - 1))
        first = today - timedelta(days=days - 1)
        return UserTraffic(
            usage=self._usage(user, self._limits(user), found, today),
            days=[
                ServerDay(
                    day=it.day,
                    address=it.address,
                    up=it.up,
                    down=it.down,
                    most_devices=it.most_devices,
                )
                for it in found
                if it.day >= first
            ],
        )

    def _limits(self, user: UserRecord) -> Limits:
        return limits_of(self._db, user.user_id, on_trial=user.has_trial)

    def _usage(self, user: UserRecord, limits: Limits, found: list[DayHere], today: date) -> Usage:
        anchor = anchor_of(
            created_at=user.created_at, trial_taken_at=user.trial_taken_at, paid_at=user.paid_at
        )
        began = period_began(anchor, self._clock())
        since = began.date()
        devices = devices_now(found, today, self._cursors.mirrored_since(self._clock() - FRESH))
        return Usage(
            today=bytes_since(found, today),
            month=bytes_since(found, today - timedelta(days=MONTH - 1)),
            period=max(bytes_since(found, since) - began_with(user, began), 0),
            period_since=since,
            devices=devices,
            most_devices=most_devices(found, today, devices),
            traffic_limit=limits.traffic,
            device_limit=limits.devices,
        )


def began_with(user: UserRecord, began: datetime) -> int:
    """Bytes of that period's first day which do not count to it, as far as it is known."""
    return user.period_began_with if user.period_began_at == began else 0


def bytes_since(found: list[DayHere], day: date) -> int:
    return sum(it.up + it.down for it in found if it.day >= day)


def devices_now(found: list[DayHere], today: date, fresh: set[str]) -> int | None:
    """By the newest row of each server that was heard of lately: one who stays connected past
    midnight without moving a byte has none of today.
    """
    newest = {it.address: it for it in found if it.day >= today - timedelta(days=1)}
    told = [it.devices for address, it in newest.items() if address in fresh]
    known = [devices for devices in told if devices is not None]
    return sum(known) if known else None


def most_devices(found: list[DayHere], today: date, now: int | None) -> int | None:
    """On one server; those of several at once are known for this moment only."""
    most = [it.most_devices for it in found if it.day == today and it.most_devices is not None]
    return max([*most, *([now] if now is not None else [])], default=None)
