"""The catalogue as it crosses the wire."""

from typing import Annotated

from pydantic import Field

from models.codes import Withheld
from models.users import Wire


class Tariff(Wire):
    """`price` is in roubles, as C's contract has it ("199.00"); we count in `price_kopecks`.
    `device_limit`: devices connected at once; `traffic_gb`: gigabytes (2**30) in 30 days. They are
    counted and shown; null for none. At those that are `enforced` access is withheld.
    """

    id: str
    slug: str
    name: str
    description: str
    price: str
    price_kopecks: Annotated[int, Field(gt=0)]
    currency: str = "RUB"
    months: int | None = None
    duration_days: int
    server_locations: list[str]
    device_limit: int | None = None
    traffic_gb: int | None = None
    enforced: list[Withheld] = []
    max_speed_gbps: float | None = None
    is_active: bool = True
    display_order: int


class Tariffs(Wire):
    tariffs: list[Tariff]
