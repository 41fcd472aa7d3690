"""Users whom a server refuses."""

import logging

import pytest

from main_api.vpn_api.healing import Healing
from main_api.vpn_api.telling import Telling
from tests.support.shop import FINLAND, Shop


@pytest.fixture
def user_id(shop: Shop) -> int:
    return shop.register().user_id


def test_a_user_whom_a_server_refuses_holds_up_no_other(
    shop: Shop, user_id: int, caplog: pytest.LogCaptureFixture
) -> None:
    shop.finland.refused.add(f"u{user_id}")
    other = shop.register(2).user_id
    for each in (user_id, other):
        shop.grant(each, "a", days=3)
    shop.rested()
    with caplog.at_level(logging.ERROR):
        caplog.clear()
        shop.heal()
        shop.heal()

    assert shop.bot.user(user_id).pending == [FINLAND]
    assert shop.bot.user(other).pending == []
    assert [r.message for r in caplog.records] == [f"server {FINLAND} refuses u{user_id}: invalid"]


def heal(healing: Healing) -> None:
    healing.tick()
    healing.finish()


def test_a_refusal_is_forgotten_when_its_time_is_over(shop: Shop, user_id: int) -> None:
    shop.finland.refused.add(f"u{user_id}")
    shop.grant(user_id, "a", days=3)
    shop.rested()
    vpn = shop.deps.vpn
    healing = Healing(
        vpn.servers, Telling(vpn.pending, shop.clock), vpn.pending, refused_seconds=0.0
    )
    for number in range(2, 12):
        heal(healing)
        shop.deps.db["users"].update_one({"_id": user_id}, {"$set": {"revision": number}})

    assert len(healing._refused[FINLAND]) == 1
    shop.finland.refused.clear()
    heal(healing)
    assert shop.finland.holds(user_id)
