"""Who has connected for the first time, by what the servers have counted."""

import pytest

from main_api.traffic.collecting import CollectTraffic
from tests.support.shop import Shop


@pytest.fixture
def collect(shop: Shop) -> CollectTraffic:
    return CollectTraffic(shop.deps.db, shop.deps.vpn.servers, shop.clock)


def test_the_first_connection_is_noted_once(shop: Shop, collect: CollectTraffic) -> None:
    user_id = shop.register().user_id
    shop.bot.take_trial(user_id)
    collect.tick()
    assert shop.record(user_id).connected_at is None

    shop.germany.ledger.count(user_id, shop.clock().date(), up=1)
    first = shop.clock.now
    collect.tick()
    shop.clock.advance(hours=1)
    shop.germany.ledger.count(user_id, shop.clock().date(), up=2)
    collect.tick()

    assert shop.record(user_id).connected_at == first
    assert shop.bot.user(user_id).connected_at == first


def test_a_server_that_is_away_does_no_harm(shop: Shop, collect: CollectTraffic) -> None:
    user_id = shop.register().user_id
    shop.bot.take_trial(user_id)
    shop.finland.wire.down = True
    shop.germany.ledger.count(user_id, shop.clock().date(), down=9)
    collect.tick()

    assert shop.record(user_id).connected_at is not None


def test_only_bytes_of_users_with_access_count(shop: Shop, collect: CollectTraffic) -> None:
    connected, idle, without = (shop.register(number).user_id for number in (1, 2, 3))
    today = shop.clock().date()
    for user_id in (connected, idle):
        shop.bot.take_trial(user_id)
    shop.germany.ledger.count(connected, today, down=1)
    shop.germany.ledger.count(idle, today, devices=1)
    shop.germany.ledger.count(without, today, down=1)
    collect.tick()

    seen = [it for it in (connected, idle, without) if shop.record(it).connected_at]
    assert seen == [connected]


def test_what_was_counted_and_not_noted_is_told_again(shop: Shop, collect: CollectTraffic) -> None:
    user_id = shop.register().user_id
    shop.bot.take_trial(user_id)
    shop.germany.ledger.count(user_id, shop.clock().date(), up=1)
    shop.germany.wire.lost = True
    collect.tick()
    assert shop.record(user_id).connected_at is None
    shop.germany.wire.lost = False
    shop.rested()

    collect.tick()

    assert shop.record(user_id).connected_at is not None
