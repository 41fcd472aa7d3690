"""The mirror killed at each of its writes, and a user who is removed in the midst of one."""

from datetime import date

import pytest

from main_api.mongo_api.collections import TRAFFIC
from main_api.traffic.collecting import CollectTraffic
from main_api.traffic.store import TrafficStore
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
