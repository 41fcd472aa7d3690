"""The days of the shop's time zone, which are what its sales are counted by."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def day_of(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()


def last_days(now: datetime, zone: ZoneInfo, number: int) -> list[date]:
    """Oldest first; the last is today."""
    today = day_of(now, zone)
    return [today - timedelta(days=before) for before in reversed(range(number))]


def start_of(day: date, zone: ZoneInfo) -> datetime:
    """Its first moment; where the clocks go forward at midnight, the one they go from."""
    return datetime.combine(day, time.min, zone).astimezone(UTC)
