"""Who has connected for the first time, by what the servers have counted."""

import pytest

from main_api.connections.learning import LearnConnections, seen_in
from models.servers import Traffic
from tests.support.shop import Shop


@pytest.fixture
def learning(shop: Shop) -> LearnConnections:
    return LearnConnections(shop.deps.db, shop.deps.vpn.servers, shop.clock)


def test_the_first_connection_is_noted_once(shop: Shop, learning: LearnConnections) -> None:
    user_id = shop.register().user_id
    shop.bot.take_trial(user_id)
    learning.tick()
    assert shop.record(user_id).connected_at is None

    shop.germany.traffic = Traffic(uplink={f"u{user_id}": 1}, downlink={})
    first = shop.clock.now
    learning.tick()
    shop.clock.advance(hours=1)
    learning.tick()

    assert shop.record(user_id).connected_at == first
    assert shop.bot.user(user_id).connected_at == first


def test_a_server_that_is_away_does_no_harm(shop: Shop, learning: LearnConnections) -> None:
    user_id = shop.register().user_id
    shop.bot.take_trial(user_id)
    shop.finland.wire.down = True
    shop.germany.traffic = Traffic(uplink={}, downlink={f"u{user_id}": 9})
    learning.tick()

    assert shop.record(user_id).connected_at is not None


def test_only_bytes_of_users_count() -> None:
    uplink = {"u1": 5, "u2": 0, "someone": 7, "u03": 7, "u-4": 7, "u6": -1}

    assert seen_in(Traffic(uplink=uplink, downlink={"u2": 0, "u5": 1})) == {1, 5}


def test_nobody_is_asked_while_all_have_connected(shop: Shop, learning: LearnConnections) -> None:
    user_id = shop.register().user_id
    shop.bot.take_trial(user_id)
    shop.germany.traffic = Traffic(uplink={f"u{user_id}": 1}, downlink={})
    learning.tick()
    asked = shop.germany.wire.sent
    learning.tick()

    assert shop.germany.wire.sent == asked
