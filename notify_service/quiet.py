"""Quiet hours: at night, where the reader lives, reminders wait for the morning."""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Annotated

from pydantic import BeforeValidator

OFF = "off"
HOURS_A_DAY = 24


@dataclass(frozen=True)
class QuietHours:
    """From `begin` o'clock until `end` o'clock by the reader's wall clock, also over midnight."""

    begin: int
    end: int

    def over_at(self, now: datetime, zone: tzinfo) -> datetime | None:
        """When the quiet hours end that `now` lies in; None outside them.

        The morning is one of the zone's calendar, so a night in which its clocks change is as much
        longer or shorter as it is there.
        """
        local = now.astimezone(zone)
        if not self._quiet(local.hour):
            return None
        morning = local.replace(hour=self.end, minute=0, second=0, microsecond=0, fold=0)
        if local.hour >= self.end:
            morning += timedelta(days=1)  # wall time: the next day's morning, whatever lies between
        return morning.astimezone(now.tzinfo)

    def _quiet(self, hour: int) -> bool:
        if self.begin < self.end:
            return self.begin <= hour < self.end
        return hour >= self.begin or hour < self.end


def _parse(value: object) -> object:
    if not isinstance(value, str):
        return value
    if value.strip().lower() == OFF:
        return None
    begin, _, end = value.partition("-")
    hours = [int(it) if it.strip().isdecimal() else HOURS_A_DAY for it in (begin, end)]
    if max(hours) >= HOURS_A_DAY or hours[0] == hours[1]:
        raise ValueError('must be two different hours such as "22-9", or "off"')
    return QuietHours(*hours)


QuietSetting = Annotated[QuietHours | None, BeforeValidator(_parse)]
