"""Whether a server is well: judged from what it answers, with patience in both directions."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from main_api.watching.load import bucket_of, smoothed
from models.presence import ServerStatus

SICK_AFTER: Final = timedelta(seconds=60)
LOOKED_AWAY: Final = timedelta(seconds=60)  # what was bad so long ago may have been well since
GOODS_TO_RETURN: Final = 3


class Reason(StrEnum):
    SILENT = "silent"
    CORE_DOWN = "core_down"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Health:
    """`since` is when its present state, well or sick, began; `bad_since` when the first of the
    bad looks came that `GOODS_TO_RETURN` good ones in a row have not ended yet. The figures are
    those of its last answer: `busy` in thousandths, smoothed, `bucket` what it sorts by.
    """

    looked_at: datetime
    since: datetime
    well: bool = True
    reason: Reason | None = None
    bad_since: datetime | None = None
    goods: int = 0
    answered_at: datetime | None = None
    life: str = ""
    users_live: int = 0
    users_online: int | None = None
    connections_cut: int = 0
    users_uncut: int | None = None
    bytes_per_second: int = 0
    busy: int = 0
    bucket: int = 0


@dataclass(frozen=True, slots=True)
class Look:
    """`answered` with `status` None: an agent of a version that has none, which is well while it
    describes itself. `missing_since`: when the first of those with access was found missing there.
    """

    at: datetime
    answered: bool
    status: ServerStatus | None = None
    missing_since: datetime | None = None


def judge(before: Health | None, look: Look) -> Health:
    before = before or Health(look.at, look.at)
    seen = _seen(before, look)
    reason = _reason(look)
    if reason is None:
        return _good(seen)
    return _bad(seen, look, reason, before.looked_at)


def _reason(look: Look) -> Reason | None:
    if not look.answered:
        return Reason.SILENT
    if look.status and not look.status.core_running:
        return Reason.CORE_DOWN
    if look.missing_since and look.at - look.missing_since >= SICK_AFTER:
        return Reason.MISSING
    return None


def _seen(before: Health, look: Look) -> Health:
    seen = replace(before, looked_at=look.at)
    if look.answered:
        seen = replace(seen, answered_at=look.at)
    if look.status is None:
        return seen
    busy = smoothed(before.busy, look.status.machine, fresh=before.answered_at is None)
    return replace(
        seen,
        life=look.status.life,
        users_live=look.status.users_live,
        users_online=look.status.users_online,
        connections_cut=look.status.connections_cut,
        users_uncut=look.status.users_uncut,
        bytes_per_second=look.status.machine.bytes_per_second,
        busy=busy,
        bucket=bucket_of(busy, before.bucket),
    )


def _good(seen: Health) -> Health:
    goods = min(seen.goods + 1, GOODS_TO_RETURN)
    if goods < GOODS_TO_RETURN:
        return replace(seen, goods=goods)
    since = seen.since if seen.well else seen.looked_at
    return replace(seen, goods=goods, bad_since=None, well=True, reason=None, since=since)


def _bad(seen: Health, look: Look, reason: Reason, last_look: datetime) -> Health:
    since = seen.bad_since if look.at - last_look < LOOKED_AWAY or not seen.well else None
    began = since or (look.missing_since if reason is Reason.MISSING else None) or look.at
    if seen.well and look.at - began >= SICK_AFTER:
        return replace(seen, goods=0, bad_since=began, well=False, reason=reason, since=began)
    return replace(seen, goods=0, bad_since=began)
