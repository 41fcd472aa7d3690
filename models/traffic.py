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
