"""Whether a user is to be withheld: pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from main_api.access.changes import Change
from main_api.traffic.limits import PERIOD, Limits, anchor_of, period_began
from main_api.traffic.usage import began_with
from main_api.users.desired import RETURNED
from main_api.users.record import UserRecord
from models.codes import Withheld

PAUSE: Final = timedelta(minutes=10)
"""Long enough to be noticed by all who share a link, and short for one who does not."""
NOTED_WITHIN: Final = timedelta(days=1)


@dataclass(frozen=True)
class Evidence:
    """What is known of a user beside his record: his tariff's limits, his bytes since a day, and
    whether too many devices have been connected for too long.
    """

    limits: Limits
    since: Callable[[date], int]
    crowded: bool


def judge(user: UserRecord, evidence: Evidence, now: datetime) -> Change | None:
    """None: he stays as he is, withheld or not."""
    why = _why(user, evidence, now)
    if why is None:
        return _returned(user, evidence, now) if user.withheld else None
    return _withheld(user, why, evidence.limits, now) if user.withheld != why else None


def period_of(user: UserRecord, now: datetime) -> datetime:
    anchor = anchor_of(
        created_at=user.created_at, trial_taken_at=user.trial_taken_at, paid_at=user.paid_at
    )
    return period_began(anchor, now)


def not_noted(user: UserRecord, now: datetime) -> bool:
    """He has just paid, and what was counted on that day before is still to be noted."""
    paid = user.paid_at
    return paid is not None and now - paid < NOTED_WITHIN and user.period_began_at != paid


def _why(user: UserRecord, evidence: Evidence, now: datetime) -> Withheld | None:
    if not user.active_at(now):
        return None
    if _used_up(user, evidence, now):
        return Withheld.TRAFFIC
    most = evidence.limits.most_devices
    if most is None:
        return None
    return Withheld.DEVICES if evidence.crowded or _paused(user, most, now) else None


def _paused(user: UserRecord, most: int, now: datetime) -> bool:
    """Not any more when the limit has been raised meanwhile."""
    if user.withheld != Withheld.DEVICES or user.withheld_until is None:
        return False
    return now < user.withheld_until and most <= (user.withheld_limit or 0)


def _used_up(user: UserRecord, evidence: Evidence, now: datetime) -> bool:
    quota = evidence.limits.quota
    if quota is None or not_noted(user, now) or _has_a_new_period(user, now):
        return False
    began = period_of(user, now)
    return evidence.since(began.date()) - began_with(user, began) >= quota


def _has_a_new_period(user: UserRecord, now: datetime) -> bool:
    """Since he was withheld, who has used nothing in it therefore."""
    if user.withheld != Withheld.TRAFFIC or user.withheld_at is None:
        return False
    return period_of(user, now) > user.withheld_at


def _withheld(user: UserRecord, why: Withheld, limits: Limits, now: datetime) -> Change:
    traffic = why is Withheld.TRAFFIC
    until = _next_period(user, now) if traffic else now + PAUSE
    return Change(
        None,
        {
            "withheld": str(why),
            "withheld_at": now,
            "withheld_until": until,
            "withheld_limit": limits.quota if traffic else limits.most_devices,
            "withheld_untold": True,
        },
    )


def _next_period(user: UserRecord, now: datetime) -> datetime | None:
    """None when his access ends before it."""
    anew = period_of(user, now) + PERIOD
    return anew if user.expires_at is not None and anew < user.expires_at else None


def _returned(user: UserRecord, evidence: Evidence, now: datetime) -> Change:
    fields: dict[str, Any] = dict(RETURNED)
    if _has_a_new_period(user, now):
        began = period_of(user, now)
        fields |= {"period_began_at": began, "period_began_with": evidence.since(began.date())}
    return Change(None, fields)
