"""The catalogue as it crosses the wire."""

from typing import Annotated

from pydantic import Field

from models.users import Wire


class Tariff(Wire):
    """`price` is in roubles, as C's contract has it ("199.00"); we count in `price_kopecks`."""

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
    max_speed_gbps: float | None = None
    is_active: bool = True
    display_order: int


class Tariffs(Wire):
    tariffs: list[Tariff]
