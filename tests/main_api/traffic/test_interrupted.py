"""The mirror killed at each of its writes, and a user who is removed in the midst of one."""

from datetime import date

import pytest

from common.storage.protocol import Document
from main_api.mongo_api.collections import TRAFFIC, TRAFFIC_SUMS
from main_api.traffic.collecting import CollectTraffic
from main_api.traffic.store import IN_CHUNK, TrafficStore
from main_api.traffic.sums import ROUNDS, SumTraffic
from models.traffic import TrafficDay
from tests.support.interrupted import Interrupted, Killed
from tests.support.shop import FINLAND, Shop


def sums(shop: Shop, user_id: int) -> list[int]:
    return [day.up for day in TrafficStore(shop.deps.db).of_user(user_id, date(2020, 1, 1))]


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", [1, 2, 3, 4])
def test_a_mirror_killed_at_any_write_is_finished_by_the_next(
    shop: Shop, at: int, *, after: bool
) -> None:
    ids = [shop.register(1000 + it).user_id for it in range(5)]
    for user_id in ids:
        shop.finland.ledger.count(user_id, shop.clock().date(), up=user_id)
    servers = shop.deps.vpn.servers
    (finland,) = [it for it in servers.callable() if it.address == FINLAND]
    doomed = Interrupted(shop.deps.db, at, after=after)
    with pytest.raises(Killed):
        CollectTraffic(doomed, servers, shop.clock)._take_all(finland)

    shop.finland.ledger.count(ids[0], shop.clock().date(), up=1000)
    CollectTraffic(shop.deps.db, servers, shop.clock).tick()

    assert [sums(shop, user_id) for user_id in ids] == [[1000], *([it] for it in ids[1:])]


@pytest.mark.parametrize("after", [False, True])
def test_who_is_removed_while_his_rows_are_written_leaves_none(shop: Shop, *, after: bool) -> None:
    ids = [shop.register(1000 + it).user_id for it in range(2)]
    rival = Interrupted(shop.deps.db, 1, lambda: forget(shop, ids[0]), after=after)
    today = shop.clock().date()
    rows = [TrafficDay(key=f"u{it}", day=today, up=5, down=5) for it in ids]

    TrafficStore(rival).merge(FINLAND, "a" * 32, rows)

    assert rival.came
    assert [sums(shop, it) for it in ids] == [[], [5]]
    assert f"u{ids[0]}'" not in str(list(shop.deps.db[TRAFFIC].find({})))


def forget(shop: Shop, user_id: int) -> None:
    assert shop.bot.delete_me(user_id).done


@pytest.mark.parametrize("after", [False, True])
def test_who_is_removed_while_his_sum_is_written_leaves_none(shop: Shop, *, after: bool) -> None:
    ids = [shop.register(1000 + it).user_id for it in range(2)]
    mirror(shop, ids)
    rival = Interrupted(shop.deps.db, 1, lambda: forget(shop, ids[1]), after=after)

    SumTraffic(rival, shop.clock).tick()

    assert rival.came
    assert [it["users"].keys() for it in summed(shop)] == [{f"u{ids[0]}"}]


def test_a_sum_that_a_killed_job_left_of_the_newest_user_goes_with_the_next_round(
    shop: Shop,
) -> None:
    """He was the only one of his hundred."""
    ids = [shop.register(1000 + it).user_id for it in range(IN_CHUNK)]
    mirror(shop, ids)
    add_up(shop)
    assert summed(shop)[-1]["users"].keys() == {f"u{IN_CHUNK}"}
    left = summed(shop)[-1]["users"]
    forget(shop, IN_CHUNK)
    shop.deps.db[TRAFFIC_SUMS].update_one({"_id": 1}, {"$set": {"users": left}})

    add_up(shop)

    assert [len(it["users"]) for it in summed(shop)] == [IN_CHUNK - 1, 0]


def mirror(shop: Shop, ids: list[int]) -> None:
    for user_id in ids:
        shop.finland.ledger.count(user_id, shop.clock().date(), up=user_id)
    CollectTraffic(shop.deps.db, shop.deps.vpn.servers, shop.clock).tick()


def add_up(shop: Shop) -> None:
    job = SumTraffic(shop.deps.db, shop.clock)
    for _ in range(ROUNDS):
        job.tick()


def summed(shop: Shop) -> list[Document]:
    return sorted(shop.deps.db[TRAFFIC_SUMS].find({}), key=lambda it: it["_id"])
