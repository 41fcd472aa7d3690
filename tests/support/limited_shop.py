"""A shop whose tariffs have limits, looked at once a minute when the test says so."""

from pathlib import Path
from typing import Any

from common.clock import milliseconds
from main_api.tariffs.catalogue import Catalogue
from main_api.traffic.collecting import CollectTraffic
from main_api.traffic.limits import GIGABYTE
from main_api.withholding.deps import withholding
from models.codes import NoticeKind, Withheld
from models.notifies import Notice
from tests.support.fake_country import FakeCountry
from tests.support.till import Till

TRAFFIC, DEVICES = frozenset({Withheld.TRAFFIC}), frozenset({Withheld.DEVICES})


class LimitedShop(Till):
    """Anna has bought m1."""

    def __init__(self, folder: Path, **limits: Any) -> None:
        super().__init__(folder)
        self.enlist()
        self.deps.vpn.describing.tick()
        self.begin()
        self.limit(**limits)
        self.buy("first")
        self.look()

    def begin(self) -> None:
        """As when the jobs start: nothing is remembered but what the database has."""
        self.collecting = CollectTraffic(self.deps.db, self.deps.vpn.servers, self.clock)
        self.withholding = withholding(self.deps)

    def limit(self, tariff_id: str = "m1", **limits: Any) -> None:
        Catalogue(self.deps.db, list).limit(tariff_id, **limits)

    def buy(self, operation: str, tariff_id: str = "m1") -> None:
        order = self.order(tariff_id)
        price = {"m1": 199_00, "m3": 549_00}[tariff_id]
        assert self.pay(order.payment_id, operation, paid_kopecks=price) == "granted"

    def use(self, gigabytes: float, server: FakeCountry | None = None, **more: int) -> None:
        """All that Anna has used on this day by now, on one server."""
        down = int(gigabytes * GIGABYTE)
        ledger = (server or self.finland).ledger
        ledger.count(self.user_id, self.clock().date(), down=down, **more)

    def look(self, minutes: int = 1) -> None:
        """Time goes on, and the jobs run once a minute."""
        for _ in range(minutes):
            self.clock.advance(seconds=60)
            self.rested()
            self.collecting.tick()
            self.withholding.tick()
            self.heal()

    @property
    def withheld(self) -> str | None:
        return self.record(self.user_id).withheld

    @property
    def let_in(self) -> list[bool]:
        """By Finland and by Germany."""
        return [bool(it.holds(self.user_id)) for it in (self.finland, self.germany)]

    def told(self) -> list[Notice]:
        found = self.notify.notices.values()
        return [notice for notice in found if notice.kind is NoticeKind.ACCESS_WITHHELD]

    def ms(self) -> int:
        return milliseconds(self.clock())
