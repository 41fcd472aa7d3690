"""A customer's time zone: Telegram does not tell where a person lives, so he chooses it."""

import functools
from datetime import datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from models.users import DEFAULT_ZONE


@functools.lru_cache(maxsize=1000)
def zone_of(name: str) -> tzinfo:
    """Moscow for a name that this host's time zone data does not have."""
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError):  # no such zone, file, or name
        return ZoneInfo(DEFAULT_ZONE)


def offset_of(moment: datetime, zone: tzinfo) -> str:
    """As "UTC+5", "UTC-3:30", "UTC", at that moment."""
    minutes = round((moment.astimezone(zone).utcoffset() or timedelta()) / timedelta(minutes=1))
    hours, rest = divmod(abs(minutes), 60)
    if not minutes:
        return "UTC"
    return f"UTC{'+' if minutes > 0 else '-'}{hours}" + (f":{rest:02}" if rest else "")
