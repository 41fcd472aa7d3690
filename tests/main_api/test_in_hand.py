"""Who is just being told is left alone by healing; who waits longer is not."""

import pytest

from tests.support.shop import FINLAND, GERMANY, Shop
from tests.support.waiting import wait_until


@pytest.fixture
def waiting(shop: Shop) -> int:
    """A user whom nobody has told yet, at servers without trouble."""
    user_id = shop.register(1).user_id
    shop.grant(user_id, "a", days=3)
    shop.finland.users.clear()
    shop.deps.db["users"].update_one({"_id": user_id}, {"$set": {"pending": [FINLAND]}})
    return user_id


def test_who_has_only_just_been_seen_pending_is_left_to_whoever_changed_him(
    shop: Shop, waiting: int
) -> None:
    healing = shop.deps.vpn.healing
    healing.tick(60.0)
    healing.finish()
    healing.tick(60.0)
    healing.finish()

    assert not shop.finland.holds(waiting)
    assert shop.deps.vpn.pending.counts([FINLAND]) == {FINLAND: 1}


def test_who_still_waits_after_that_is_told(shop: Shop, waiting: int) -> None:
    healing = shop.deps.vpn.healing
    healing.tick(60.0)
    healing.finish()
    healing.tick(1e-9)
    healing.finish()

    assert shop.finland.holds(waiting)
    assert shop.deps.vpn.pending.counts([FINLAND]) == {FINLAND: 0}


def test_a_server_that_was_away_gets_everybody_at_once(shop: Shop) -> None:
    user_id = shop.register(1).user_id
    shop.finland.wire.down = True
    shop.grant(user_id, "a", days=3)
    shop.finland.wire.down = False
    wait_until(lambda: all(it.rest.over() for it in shop.deps.vpn.servers.callable()))
    healing = shop.deps.vpn.healing
    healing.tick(60.0)
    healing.finish()

    assert shop.finland.holds(user_id)


def test_all_servers_are_noted_by_one_write(shop: Shop) -> None:
    user_id = shop.register(1).user_id
    shop.grant(user_id, "a", days=3)

    assert shop.bot.user(user_id).pending == []
    assert shop.finland.holds(user_id)
    assert shop.germany.holds(user_id)


def test_one_server_down_stays_pending_and_the_other_does_not(shop: Shop) -> None:
    user_id = shop.register(1).user_id
    shop.germany.wire.down = True
    shop.grant(user_id, "a", days=3)

    assert shop.bot.user(user_id).pending == [GERMANY]
