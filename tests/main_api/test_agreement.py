"""A server that differs from what it should hold is found out and repaired, whatever differs."""

from datetime import timedelta

import pytest

from main_api.vpn_api.agreement import Outcome, TooOld
from main_api.vpn_api.core_ids import core_id
from main_api.vpn_api.servers import Server
from tests.support.fake_country import FakeCountry
from tests.support.shop import FINLAND, Shop

ID = "0000000{}-0000-4000-8000-000000000000"


def finland(shop: Shop) -> Server:
    return next(it for it in shop.deps.vpn.servers.callable() if it.address == FINLAND)


def repair(shop: Shop, *, force: bool = False) -> Outcome:
    """What a minute brings: a comparison, then healing."""
    outcome = shop.deps.vpn.agreement.repair(finland(shop), force=force)
    shop.heal()
    return outcome


def settle(shop: Shop, count: int) -> None:
    """So many with access, known to both servers."""
    for number in range(1, count + 1):
        user = shop.register(number)
        shop.grant(user.user_id, f"order-{number}", days=number)


def change(shop: Shop, user_id: int, **fields: object) -> None:
    held = shop.finland.users[f"u{user_id}"]
    shop.finland.users[held.key] = held.model_copy(update=fields)


def test_servers_that_hold_what_they_should_are_equal_by_one_call(shop: Shop) -> None:
    settle(shop, 3)

    outcome = repair(shop)

    assert outcome == Outcome(equal=True, life=shop.finland.agreement.life)
    assert (shop.finland.agreement.asked, shop.finland.agreement.pages) == (1, [])


def test_whom_a_server_has_lost_it_gets_back(shop: Shop) -> None:
    settle(shop, 3)
    wanted = dict(shop.finland.users)
    del shop.finland.users["u2"]

    assert repair(shop).missing == 1

    assert shop.finland.users.keys() == wanted.keys()
    assert shop.finland.users["u2"].core_id == wanted["u2"].core_id
    assert shop.record(2).pending == []
    assert repair(shop).equal


@pytest.mark.parametrize("hours", [-30, 30])
def test_another_end_of_access_is_put_right_in_both_directions(shop: Shop, hours: int) -> None:
    settle(shop, 3)
    wanted = shop.finland.users["u3"].expires_at
    change(shop, 3, expires_at=wanted + timedelta(hours=hours))

    assert repair(shop).other == 1

    assert shop.finland.users["u3"].expires_at == wanted
    assert repair(shop).equal


def test_another_id_is_put_right_and_only_its_bucket_travels(shop: Shop) -> None:
    settle(shop, 3)
    change(shop, 2, core_id=ID.format(9))

    assert repair(shop).other == 1

    assert shop.finland.users["u2"].core_id == core_id(shop.record(2).access_secret, FINLAND)
    assert shop.finland.agreement.pages == [[2]]


def test_who_was_removed_and_is_still_let_in_is_removed_again(shop: Shop) -> None:
    settle(shop, 3)
    kept = shop.finland.users["u1"]
    shop.deps.access.revoke(1, "order-1")
    shop.finland.users["u1"] = kept

    assert repair(shop).extra == 1

    assert shop.finland.holds(1) is None
    assert repair(shop).equal


def test_a_stranger_is_removed(shop: Shop) -> None:
    settle(shop, 3)
    stranger = shop.finland.users["u1"].model_copy(
        update={"key": "u900", "core_id": ID.format(8), "revision": 77}
    )
    shop.finland.users["u900"] = stranger

    assert shop.deps.vpn.agreement.check(finland(shop)).extra == 1
    assert shop.finland.holds(900)
    assert repair(shop).extra == 1

    assert shop.finland.holds(900) is None
    assert repair(shop).equal


def test_who_has_been_deleted_and_is_still_let_in_is_removed(shop: Shop) -> None:
    settle(shop, 2)
    kept = shop.finland.users["u2"]
    shop.deps.removal.remove(2)
    shop.finland.users["u2"] = kept

    repair(shop)

    assert shop.finland.holds(2) is None


def test_a_server_ahead_of_us_is_gone_beyond(shop: Shop) -> None:
    """As after our database was restored from a backup."""
    settle(shop, 2)
    wanted = shop.finland.users["u1"].expires_at
    change(shop, 1, expires_at=wanted + timedelta(days=9), revision=40)

    assert repair(shop).other == 1
    shop.heal()

    assert shop.finland.users["u1"].expires_at == wanted
    assert shop.finland.users["u1"].revision == 41
    assert repair(shop).equal


def test_who_is_pending_is_left_to_healing(shop: Shop) -> None:
    settle(shop, 2)
    shop.finland.wire.down = True
    shop.grant(1, "more", days=5)
    shop.finland.wire.down = False
    shop.rested()
    revision = shop.record(1).revision

    outcome = shop.deps.vpn.agreement.repair(finland(shop))

    assert (outcome.equal, outcome.found) == (False, 0)
    assert shop.record(1).revision == revision


def test_a_stale_push_after_the_repair_changes_nothing(shop: Shop) -> None:
    settle(shop, 2)
    stale = shop.finland.users["u1"].model_copy(update={"active": False})
    del shop.finland.users["u1"]
    repair(shop)
    held = shop.finland.holds(1)

    finland(shop).api.put_users([stale])

    assert shop.finland.holds(1) == held
    assert repair(shop).equal


def test_changes_of_a_day_that_a_server_missed_are_brought_level(shop: Shop) -> None:
    settle(shop, 12)
    assert repair(shop).equal
    shop.finland.wire.down = True
    day(shop)
    shop.clock.advance(days=1)
    shop.finland.wire.down = False
    shop.rested()

    repair(shop)

    assert repair(shop).equal
    assert {k for k, it in shop.finland.users.items() if it.active} == {
        k for k, it in shop.germany.users.items() if it.active
    }


def day(shop: Shop) -> None:
    for number in (3, 4, 5):
        shop.grant(number, f"again-{number}", days=30)
    shop.deps.removal.part(6, lambda _: None)
    shop.register(500)
    shop.grant(13, "first", days=3)


def test_time_set_back_and_forth_leaves_both_ends_alike(shop: Shop) -> None:
    settle(shop, 4)
    for days in (2, -5, 9, -1):
        shop.clock.advance(days=days)
        shop.grant(4, f"at-{days}", days=1)
        repair(shop)
        assert repair(shop).equal


def test_an_agent_of_an_older_version_is_told_apart(shop: Shop) -> None:
    old = FakeCountry(FINLAND, shop.clock, old=True)
    shop.adapters[f"https://{FINLAND}"] = old.wire
    shop.start()

    with pytest.raises(TooOld):
        shop.deps.vpn.agreement.check(finland(shop))


def test_a_repair_that_was_decided_on_an_older_revision_is_of_no_effect(shop: Shop) -> None:
    settle(shop, 2)
    seen = [(it, shop.record(it).revision) for it in (1, 2)]
    shop.grant(1, "meanwhile", days=5)
    changed = shop.record(1)

    shop.deps.vpn.pending.again(FINLAND, seen)

    assert shop.record(1) == changed
    assert shop.record(2).pending == [FINLAND]
