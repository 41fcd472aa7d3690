"""The arithmetic of access: pure, aware UTC in and out."""

from datetime import datetime, timedelta

from dateutil.relativedelta import relativedelta

DAYS_A_MONTH = 30


def moved(base: datetime, *, months: int = 0, days: int = 0) -> datetime:
    """`base` moved by months of the calendar, then days; raises OverflowError past year 9999.

    A month added ends at the later of the calendar date (31 January + 1 = 28 February) and 30 days,
    so nobody gets less than 30 days for a month; a month taken back is at most 30 days, likewise.
    """
    try:
        return _by_months(base, months) + timedelta(days=days)
    except ValueError as beyond:  # dateutil's word for a year that does not exist
        raise OverflowError(str(beyond)) from None


def _by_months(base: datetime, months: int) -> datetime:
    by_calendar = base + relativedelta(months=months)
    by_days = base + timedelta(days=DAYS_A_MONTH * months)
    return max(by_calendar, by_days)


def new_end(
    now: datetime, end: datetime | None, *, months: int = 0, days: int = 0
) -> datetime | None:
    """The end of access after adding time to it, from the later of now and the present end.

    Taking time back never goes below now, and leaves alone what has ended or never began.
    """
    live = end is not None and end > now
    base = end if end is not None and live else now
    target = moved(base, months=months, days=days)
    if target >= base:
        return target
    return max(target, now) if live else end


def seconds_added(now: datetime, end: datetime | None, target: datetime | None) -> int:
    """What a change gave, from where it began; negative when it took time back."""
    if target is None or target == end:
        return 0
    base = end if end is not None and end > now else now
    return round((target - base).total_seconds())


def end_without(
    now: datetime, end: datetime | None, seconds: int, until: datetime | None = None
) -> datetime | None:
    """The end once `seconds` given earlier are taken back: not below now, and never later.

    They ended at `until`, if that is known: those that have passed are not taken.
    """
    given = timedelta(seconds=seconds)
    left = given if until is None else min(given, until - now)
    if end is None or end <= now or left <= timedelta():
        return end
    return max(now, end - left)


def days_left(now: datetime, end: datetime | None) -> int:
    """Whole days, the begun one counted: 1 until the last minute, 0 after the end."""
    if end is None or end <= now:
        return 0
    return -((now - end) // timedelta(days=1))
