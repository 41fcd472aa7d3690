"""payments_webhook and main_api together, with a payer at the doubles' pages."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from models.codes import NoticeKind, OrderStatus
from models.notifies import Notice
from tests.support.desk import Desk
from tests.support.storage import mongomock_database
from tests.support.till import PAYMENTS_CALLER_KEY, PAYMENTS_KEY, Till
from tests.support.wsgi_transport import WsgiAdapter

PAID_UNTIL = datetime(2026, 12, 21, 12, 0, tzinfo=UTC)


class House(Desk):
    """The desk's main_api is a real one, and its payments_webhook this desk."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            folder,
            caller_keys={"main_api": [PAYMENTS_KEY]},
            main_api_key=PAYMENTS_CALLER_KEY,
        )
        self.till = Till(folder, db=mongomock_database())
        self.main.wire = WsgiAdapter(self.till.app)
        self.restart()
        self.till.adapters["http://payments.test"] = WsgiAdapter(self.app)
        self.till.start(self.till.deps.db)
        self.start_worker()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    yield house
    house.close()
    house.till.close()


def test_from_the_order_to_access_by_either_provider(house: House) -> None:
    first = house.till.order().payment_id
    house.pay_by_wallet(first)
    assert [notice.params["first"] for notice in told(house, 1)] == [1]
    second = house.till.order().payment_id
    house.pay_by_yookassa(second)

    assert [notice.params["first"] for notice in told(house, 2)] == [1, 0]
    assert house.till.status(first) == house.till.status(second) == OrderStatus.GRANTED
    assert house.till.end() == datetime(2027, 1, 21, 12, 0, tzinfo=UTC)


def test_a_storm_of_copies_forgeries_and_a_lower_sum_grants_once(house: House) -> None:
    order = house.till.order().payment_id
    house.control("switches", {"parallel": 6, "duplicate": 3})
    house.control("forge", {"order": order, "kind": "bad_sign", "times": 3, "parallel": True})
    house.control("underpay", {"order": order, "sum": "1.00", "provider": "yoomoney"})
    house.pay_by_yookassa(order)

    told(house, 1)
    assert house.till.end() == PAID_UNTIL
    assert house.till.record(house.till.user_id).applied == [order]


def told(house: House, receipts: int) -> list[Notice]:
    for _ in range(200):
        said = house.till.said(NoticeKind.PAYMENT_RECEIVED)
        if len(said) >= receipts:
            return said
        house.heard(1)
        house.deps.delivery.wake.wait(0.05)
    raise AssertionError(house.rows())
