"""Bytes and devices by user and day, as a server counts them and as main_api tells them."""

from datetime import date
from typing import Annotated

from pydantic import Field

from models.servers import UserKey
from models.users import Wire

MOST_ROWS = 2000
"""In one answer of a server."""

DayBytes = Annotated[int, Field(ge=0, le=2**50)]
"""A pebibyte is more than a link of 100 Gbit/s carries in a day."""

Devices = Annotated[int, Field(ge=0, le=10_000)]
"""Distinct addresses from which a user is connected; the /64 of an IPv6 address is one."""


class TrafficDay(Wire):
    """All that one server has counted of a user on a day (UTC): not what is new, so it may be told
    twice. Devices are null where the core cannot tell them.
    """

    key: UserKey
    day: date
    up: DayBytes
    down: DayBytes
    devices: Devices | None = None
    most_devices: Devices | None = None


class TrafficDays(Wire):
    """The rows that have changed since a cursor, and the cursor to ask with next; `more`: there are
    further rows already. `ledger` names the file that they stand in: another one began at zero.
    """

    ledger: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    rows: Annotated[list[TrafficDay], Field(max_length=MOST_ROWS)]
    cursor: Annotated[int, Field(ge=0, lt=2**53)]
    more: bool


class ServerDay(Wire):
    """What one server counted of a user on one day (UTC)."""

    day: date
    address: str
    up: int
    down: int
    most_devices: int | None = None


class Usage(Wire):
    """Bytes both ways: today (UTC), of the last 30 days, and since `period_since`: the day on which
    his tariff's traffic began to count anew, every 30 days from the payment (or the trial) on.
    `devices` are connected now, on all servers; `most_devices`: the most of today. Both are null
    where no core can tell. The limits are his tariff's, null for none.
    """

    today: int = 0
    month: int = 0
    period: int = 0
    period_since: date
    devices: int | None = None
    most_devices: int | None = None
    traffic_limit: int | None = None
    device_limit: int | None = None

    @property
    def over_traffic(self) -> bool:
        return self.traffic_limit is not None and self.period > self.traffic_limit

    @property
    def over_devices(self) -> bool:
        return self.device_limit is not None and (self.devices or 0) > self.device_limit


class LimitedUsage(Wire):
    """`usage` is null where his tariff limits nothing: then nothing was added up."""

    usage: Usage | None


class UserTraffic(Wire):
    """`days`: oldest first; those without bytes are left out."""

    usage: Usage
    days: list[ServerDay]
