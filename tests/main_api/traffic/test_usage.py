"""What is told of a user's traffic: sums by time, devices now, his tariff's limits."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from common.errors import Invalid
from main_api.mongo_api.collections import TARIFFS
from main_api.traffic.collecting import CollectTraffic
from main_api.traffic.limits import GIGABYTE
from models.traffic import Usage
from tests.support.shop import FINLAND, GERMANY
from tests.support.till import Till


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Till]:
    till = Till(tmp_path)
    yield till
    till.close()


def collect(till: Till) -> None:
    CollectTraffic(till.deps.db, till.deps.vpn.servers, till.clock).tick()


def usage(till: Till) -> Usage:
    return till.bot.traffic(till.user_id).usage


def limit_m1(till: Till, **limits: int | None) -> None:
    till.bot.tariffs("ru")
    till.deps.db[TARIFFS].update_one({"_id": "m1"}, {"$set": limits})


def buy(till: Till, operation: str = "op-1") -> None:
    order = till.order()
    assert till.pay(order.payment_id, operation) == "granted"


def test_sums_are_of_today_of_thirty_days_and_of_the_period_since_the_payment(till: Till) -> None:
    today = till.clock().date()
    for ago, up in ((0, 1), (1, 10), (29, 100), (30, 1000), (45, 10_000)):
        till.finland.ledger.count(till.user_id, today - timedelta(days=ago), up=up)
    till.germany.ledger.count(till.user_id, today, down=5)
    buy(till)
    collect(till)

    told = usage(till)
    assert (told.today, told.month) == (6, 116)
    assert (told.period, told.period_since) == (6, today)
    assert (told.traffic_limit, told.device_limit) == (None, None)


def test_a_period_begins_anew_every_thirty_days_and_with_a_payment(till: Till) -> None:
    buy(till)
    first = till.clock().date()
    till.finland.ledger.count(till.user_id, first, up=7)
    collect(till)
    till.clock.advance(days=29)
    assert (usage(till).period, usage(till).period_since) == (7, first)
    till.clock.advance(days=2)
    assert (usage(till).period, usage(till).period_since) == (0, first + timedelta(days=30))

    till.clock.advance(days=3)
    buy(till, "op-2")
    assert usage(till).period_since == till.clock().date()


def test_days_are_told_by_server_as_far_back_as_one_asks(till: Till) -> None:
    today = till.clock().date()
    for ago in (0, 5, 50):
        till.finland.ledger.count(
            till.user_id, today - timedelta(days=ago), up=ago + 1, devices=2, most=4
        )
    till.germany.ledger.count(till.user_id, today, down=3)
    collect(till)

    days = till.bot.traffic(till.user_id, 90).days
    assert [(it.day, it.address, it.up, it.down, it.most_devices) for it in days] == [
        (today - timedelta(days=50), FINLAND, 51, 0, 4),
        (today - timedelta(days=5), FINLAND, 6, 0, 4),
        (today, GERMANY, 0, 3, None),
        (today, FINLAND, 1, 0, 4),
    ]
    assert len(till.bot.traffic(till.user_id, 6).days) == 3
    assert len(till.bot.traffic(till.user_id, 5).days) == 2
    for wrong in (0, 91):
        with pytest.raises(Invalid):
            till.bot.traffic(till.user_id, wrong)


def test_devices_are_those_of_all_servers_heard_of_lately(till: Till) -> None:
    today = till.clock().date()
    assert (usage(till).devices, usage(till).most_devices) == (None, None)
    till.finland.ledger.count(till.user_id, today, up=1, devices=1, most=5)
    till.germany.ledger.count(till.user_id, today, up=1, devices=2, most=3)
    collect(till)
    assert (usage(till).devices, usage(till).most_devices) == (3, 5)

    till.finland.wire.down = True
    till.clock.advance(minutes=6)
    till.rested()
    collect(till)
    assert (usage(till).devices, usage(till).most_devices) == (2, 5)

    till.clock.advance(hours=12)
    till.rested()
    collect(till)
    assert (usage(till).devices, usage(till).most_devices) == (2, 2)


def test_the_limits_are_those_of_the_tariff_that_was_paid_for(till: Till) -> None:
    limit_m1(till, traffic_gb=100, device_limit=2)
    till.bot.take_trial(till.user_id)
    assert (usage(till).traffic_limit, usage(till).device_limit) == (None, None)
    buy(till)
    told = usage(till)
    assert (told.traffic_limit, told.device_limit) == (100 * GIGABYTE, 2)
    assert not told.over_traffic
    assert not told.over_devices

    today = till.clock().date()
    till.finland.ledger.count(till.user_id, today, up=100 * GIGABYTE, down=1, devices=3)
    collect(till)

    assert usage(till).over_traffic
    assert usage(till).over_devices
    assert till.record(till.user_id).active_at(till.clock())
    assert till.finland.holds(till.user_id)
    shown = {tariff.id: tariff for tariff in till.bot.tariffs("ru").tariffs}
    assert (shown["m1"].traffic_gb, shown["m1"].device_limit) == (100, 2)
    assert (shown["m3"].traffic_gb, shown["m3"].device_limit) == (None, None)


def test_only_a_tariff_with_a_limit_is_added_up_for_the_profile(till: Till) -> None:
    till.finland.ledger.count(till.user_id, till.clock().date(), up=5)
    collect(till)
    buy(till)
    assert till.bot.limited_usage(till.user_id) is None

    limit_m1(till, device_limit=2)
    assert till.bot.limited_usage(till.user_id) == usage(till)


def test_the_card_tells_of_traffic_once_there_is_any(till: Till) -> None:
    assert till.bot.card(till.user_id).traffic is None
    till.finland.ledger.count(till.user_id, till.clock().date(), up=5, devices=1)
    collect(till)

    assert till.bot.card(till.user_id).traffic == usage(till)
    assert usage(till).today == 5
