"""A server is told of several users in one call when they come at once."""

import logging
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

import pytest

from models.access import Access
from tests.support.fake_country import FakeCountry
from tests.support.shop import FINLAND, GERMANY, Shop
from tests.support.waiting import wait_until

CROWD = 40


@pytest.fixture
def ids(shop: Shop) -> list[int]:
    return [shop.register(number).user_id for number in range(1, CROWD + 1)]


def granted(shop: Shop, ids: Iterable[int], order_id: str = "a") -> list[Access]:
    """All at the same time."""
    ids = list(ids)
    with ThreadPoolExecutor(len(ids)) as pool:
        return list(pool.map(lambda it: shop.grant(it, order_id, days=3), ids))


def test_a_crowd_is_told_in_fewer_calls_than_it_has_people(shop: Shop, ids: list[int]) -> None:
    shop.finland.wire.slow = shop.germany.wire.slow = 0.05
    answers = granted(shop, ids)

    assert [access.pending for access in answers] == [[]] * CROWD
    for country in (shop.finland, shop.germany):
        assert all(country.holds(user_id) for user_id in ids)
        assert country.wire.sent < CROWD / 2
        assert country.puts == {f"u{user_id}": 1 for user_id in ids}


def test_who_comes_alone_goes_at_once(shop: Shop, ids: list[int]) -> None:
    for user_id in ids[:5]:
        shop.grant(user_id, "a", days=3)

    assert shop.finland.batches == []
    assert shop.finland.wire.sent == 5


def test_one_whom_a_server_refuses_in_a_crowd_stays_pending_alone(
    shop: Shop, ids: list[int], caplog: pytest.LogCaptureFixture
) -> None:
    shop.finland.refused.add(f"u{ids[7]}")
    shop.finland.wire.slow = 0.05
    with caplog.at_level(logging.WARNING):
        granted(shop, ids)

    assert shop.deps.vpn.pending.counts([FINLAND, GERMANY]) == {FINLAND: 1, GERMANY: 0}
    assert shop.bot.user(ids[7]).pending == [FINLAND]
    assert f"server {FINLAND} refuses u{ids[7]}: invalid" in [r.message for r in caplog.records]
    assert all(server.rest.over() for server in shop.deps.vpn.servers.callable())


def test_a_crowd_stays_pending_where_a_server_is_away_and_is_healed_in_one_call(
    shop: Shop, ids: list[int]
) -> None:
    shop.finland.wire.down = True
    answers = granted(shop, ids)
    assert [access.pending for access in answers] == [[FINLAND]] * CROWD
    assert all(shop.germany.holds(user_id) for user_id in ids)

    shop.finland.wire.down = False
    shop.rested()
    shop.heal()

    assert shop.deps.vpn.pending.counts([FINLAND]) == {FINLAND: 0}
    assert [len(batch) for batch in shop.finland.batches] == [CROWD]


def test_a_list_whose_answer_is_lost_is_told_again_and_changes_nothing(
    shop: Shop, ids: list[int]
) -> None:
    shop.finland.wire.down = True
    granted(shop, ids)
    shop.finland.wire.down, shop.finland.wire.lost = False, True
    shop.rested()
    shop.heal()
    held = [shop.finland.holds(user_id) for user_id in ids]
    assert all(held)
    assert shop.deps.vpn.pending.counts([FINLAND]) == {FINLAND: CROWD}

    shop.finland.wire.lost = False
    shop.rested()
    shop.heal()

    assert shop.deps.vpn.pending.counts([FINLAND]) == {FINLAND: 0}
    assert [shop.finland.holds(user_id) for user_id in ids] == held


def test_who_changed_while_a_list_was_under_way_is_told_again(shop: Shop, ids: list[int]) -> None:
    shop.finland.wire.down = True
    granted(shop, ids[:10])
    shop.finland.wire.down, shop.finland.wire.slow = False, 0.3
    shop.rested()
    healing = shop.deps.vpn.healing
    healing.tick()
    wait_until(lambda: shop.finland.wire.sent > 0)
    shop.deps.db["users"].update_one({"_id": ids[0]}, {"$inc": {"revision": 1}})
    healing.finish()

    assert shop.bot.user(ids[0]).pending == [FINLAND]
    shop.heal()
    assert shop.bot.user(ids[0]).pending == []
    assert shop.finland.users[f"u{ids[0]}"].revision == 2


def test_changes_of_one_user_at_once_end_as_the_newest(shop: Shop, ids: list[int]) -> None:
    shop.finland.wire.slow = 0.02
    with ThreadPoolExecutor(12) as pool:
        list(pool.map(lambda n: shop.grant(ids[n % 2], f"order-{n}", days=1), range(24)))
    shop.heal()

    for user_id in ids[:2]:
        record, held = shop.record(user_id), shop.finland.holds(user_id)
        assert held is not None
        assert (held.revision, held.expires_at) == (record.revision, record.expires_at)
        assert record.pending == []


def test_a_newcomer_is_not_held_up_by_the_healing_of_many(shop: Shop, ids: list[int]) -> None:
    shop.finland.wire.down = True
    granted(shop, ids[1:])
    shop.finland.wire.down, shop.finland.wire.slow = False, 3.0
    shop.rested()
    sent = shop.finland.wire.sent
    shop.deps.vpn.healing.tick()
    wait_until(lambda: shop.finland.wire.sent > sent)
    shop.finland.wire.slow = 0.0

    assert shop.grant(ids[0], "b", days=3).pending == []
    assert shop.deps.vpn.pending.counts([FINLAND]) == {FINLAND: CROWD - 1}
    shop.deps.vpn.healing.finish()
    assert shop.deps.vpn.pending.counts([FINLAND]) == {FINLAND: 0}


class TestOfAnOlderVersion:
    @pytest.fixture
    def old(self, shop: Shop) -> FakeCountry:
        """Finland's agent knows no lists."""
        old = FakeCountry(FINLAND, shop.clock, old=True)
        shop.finland = shop.countries[FINLAND] = old
        shop.adapters[f"https://{FINLAND}"] = old.wire
        shop.start()
        return old

    def test_an_agent_is_told_one_by_one(
        self, shop: Shop, old: FakeCountry, ids: list[int]
    ) -> None:
        old.wire.down = True
        granted(shop, ids)
        old.wire.down = False
        shop.rested()
        sent = old.wire.sent
        shop.heal()

        assert shop.deps.vpn.pending.counts([FINLAND]) == {FINLAND: 0}
        assert old.wire.sent == sent + 1 + CROWD
        assert all(old.holds(user_id) for user_id in ids)

    def test_it_is_not_asked_again_for_a_while(
        self, shop: Shop, old: FakeCountry, ids: list[int]
    ) -> None:
        for order_id in ("a", "b"):
            old.wire.down = True
            granted(shop, ids[:10], order_id)
            old.wire.down = False
            shop.rested()
            sent = old.wire.sent
            shop.heal()
            wanted = 11 if order_id == "a" else 10
            assert old.wire.sent == sent + wanted

    def test_one_that_it_refuses_fails_no_other_and_a_trouble_ends_the_list(
        self, shop: Shop, old: FakeCountry, ids: list[int]
    ) -> None:
        old.wire.down = True
        granted(shop, ids[:20])
        old.wire.down = False
        old.refused.add(f"u{ids[2]}")
        old.wire.down_after = old.wire.sent + 1 + 11
        shop.rested()
        shop.heal()

        assert sorted(old.puts) == sorted(f"u{it}" for it in ids[:10] if it != ids[2])
        assert shop.deps.vpn.pending.counts([FINLAND]) == {FINLAND: 11}
        assert not any(s.rest.untroubled for s in shop.deps.vpn.servers.callable()[:1])
