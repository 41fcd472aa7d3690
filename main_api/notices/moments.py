"""Which notices belong to a person's access as it is now, and when each is due: pure."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from common.clock import milliseconds
from main_api.users.record import UserRecord
from models.codes import NoticeKind
from models.notifies import Notice

AFTER_THE_END: Final = timedelta(seconds=30)  # P's
TWO_DAYS: Final = timedelta(days=2)
THREE_DAYS: Final = timedelta(days=3)
A_DAY: Final = timedelta(hours=24)
SHORT_TRIAL: Final = timedelta(hours=36)  # a shorter one is warned of at two thirds of it
UNUSED_AFTER: Final = timedelta(hours=3)
NEVER_CONNECTED_AFTER: Final = timedelta(hours=1)
Moment = tuple[NoticeKind, datetime]


def notices_of(user: UserRecord) -> list[Notice]:
    """Those whose moment had not passed when access became what it is: a moment that passed since
    is told late. Keyed by kind, user and end, so that handing them over again changes nothing.
    """
    if user.expires_at is None:
        return []
    end = milliseconds(user.expires_at)
    return [
        Notice(
            key=f"{_name(kind)}:{user.user_id}:{end}",
            kind=kind,
            telegram_id=user.tg_id,
            language=user.language,
            due_at=due_at,
            params={"end_ms": end},
        )
        for kind, due_at in _ahead(user, user.expires_at)
    ]


def first_due(user: UserRecord) -> datetime | None:
    """The earliest of them; None when there are none."""
    if user.expires_at is None:
        return None
    return min((due_at for _, due_at in _ahead(user, user.expires_at)), default=None)


def _ahead(user: UserRecord, end: datetime) -> Iterator[Moment]:
    since = user.access_changed_at or user.created_at
    return ((kind, due_at) for kind, due_at in _moments(user, end) if due_at > since)


def _name(kind: NoticeKind) -> str:
    return "subEnded" if kind is NoticeKind.SUB_ENDED else str(kind)


def _moments(user: UserRecord, end: datetime) -> Iterator[Moment]:
    yield NoticeKind.SUB_ENDED, end + AFTER_THE_END
    yield NoticeKind.SUB_ENDED_TWO_DAYS_AGO, end + TWO_DAYS
    if user.has_trial:
        yield from _of_trial(user, end)
    else:
        yield NoticeKind.SUB_ENDS_IN_THREE_DAYS, end - THREE_DAYS
        yield NoticeKind.SUB_ENDS_IN_A_DAY, end - A_DAY
    if user.paid_at is not None and user.connected_at is None:
        yield NoticeKind.NEVER_CONNECTED, user.paid_at + NEVER_CONNECTED_AFTER


def _of_trial(user: UserRecord, end: datetime) -> Iterator[Moment]:
    taken = user.trial_taken_at
    if taken is None or end - taken >= SHORT_TRIAL:
        yield NoticeKind.TRIAL_ENDING, end - A_DAY
    else:
        yield NoticeKind.TRIAL_ENDING, taken + (end - taken) * 2 / 3
    if taken is not None and user.connected_at is None:
        yield NoticeKind.TRIAL_UNUSED, taken + UNUSED_AFTER
