"""main_api's mirror of the servers' ledgers: nothing doubles, nothing goes back."""

from datetime import date, timedelta

import pytest

from common.storage.protocol import Document
from main_api.mongo_api.collections import TRAFFIC
from main_api.traffic.collecting import CollectTraffic
from main_api.traffic.store import TrafficStore
from models.traffic import TrafficDay
from tests.support.fake_country import FakeCountry
from tests.support.shop import FINLAND, GERMANY, Shop

Found = list[tuple[str, date, int, int]]


@pytest.fixture
def collect(shop: Shop) -> CollectTraffic:
    return CollectTraffic(shop.deps.db, shop.deps.vpn.servers, shop.clock)


def counted(shop: Shop, user_id: int) -> Found:
    days = TrafficStore(shop.deps.db).of_user(user_id, date(2020, 1, 1))
    return [(day.address, day.day, day.up, day.down) for day in days]


def documents(shop: Shop) -> list[Document]:
    return list(shop.deps.db[TRAFFIC].find({}))


def people(shop: Shop, number: int) -> list[int]:
    return [shop.register(1000 + it).user_id for it in range(number)]


def test_rows_of_all_servers_are_mirrored_page_by_page(shop: Shop, collect: CollectTraffic) -> None:
    ids, today = people(shop, 7), shop.clock().date()
    for user_id in ids:
        shop.finland.ledger.count(user_id, today, up=user_id, down=5)
    shop.germany.ledger.count(ids[0], today - timedelta(days=1), up=8, down=9)

    collect.tick()

    for user_id in ids[1:]:
        assert counted(shop, user_id) == [(FINLAND, today, user_id, 5)]
    assert counted(shop, ids[0]) == [
        (GERMANY, today - timedelta(days=1), 8, 9),
        (FINLAND, today, ids[0], 5),
    ]
    assert shop.finland.ledger.asked == [0, 3, 6]


def test_only_what_has_changed_is_asked_for_also_after_a_restart(
    shop: Shop, collect: CollectTraffic
) -> None:
    (user_id,), today = people(shop, 1), shop.clock().date()
    shop.finland.ledger.count(user_id, today, up=1)
    collect.tick()
    shop.start()
    shop.finland.ledger.count(user_id, today, up=4)
    CollectTraffic(shop.deps.db, shop.deps.vpn.servers, shop.clock).tick()

    assert shop.finland.ledger.asked == [0, 1]
    assert counted(shop, user_id) == [(FINLAND, today, 4, 0)]


def test_a_row_told_twice_counts_once_and_an_older_one_takes_nothing_back(
    shop: Shop, collect: CollectTraffic
) -> None:
    (user_id,), today = people(shop, 1), shop.clock().date()
    shop.finland.ledger.count(user_id, today, up=10, down=20)
    collect.tick()
    store = TrafficStore(shop.deps.db)
    for up, down in ((10, 20), (3, 4), (0, 0)):
        late = TrafficDay(key=f"u{user_id}", day=today, up=up, down=down)
        store.merge(FINLAND, shop.finland.ledger.name, [late])

    assert counted(shop, user_id) == [(FINLAND, today, 10, 20)]


def test_after_lost_answers_and_an_outage_all_is_there_once(
    shop: Shop, collect: CollectTraffic
) -> None:
    (user_id,), today = people(shop, 1), shop.clock().date()
    shop.finland.ledger.count(user_id, today, up=1)
    shop.finland.wire.lost = True
    collect.tick()
    shop.finland.wire.lost = False
    shop.finland.ledger.count(user_id, today, up=2)
    shop.finland.wire.down = True
    shop.germany.ledger.count(user_id, today, up=100)
    collect.tick()
    assert counted(shop, user_id) == [(GERMANY, today, 100, 0)]
    shop.finland.wire.down = False
    collect.tick()

    assert counted(shop, user_id) == [(GERMANY, today, 100, 0), (FINLAND, today, 2, 0)]


def test_a_server_that_lost_its_file_counts_on_top_of_what_it_had(
    shop: Shop, collect: CollectTraffic
) -> None:
    (user_id,), today = people(shop, 1), shop.clock().date()
    for up in (1, 2, 10):
        shop.finland.ledger.count(user_id, today, up=up)
        collect.tick()
    shop.clock.advance(hours=2)
    shop.finland.ledger.lose()
    shop.finland.ledger.count(user_id, today, up=7)
    collect.tick()

    assert sorted(up for _, _, up, _ in counted(shop, user_id)) == [7, 10]


def test_a_server_that_invents_ledgers_is_held_up_for_an_hour_each(
    shop: Shop, collect: CollectTraffic, caplog: pytest.LogCaptureFixture
) -> None:
    (user_id,), today = people(shop, 1), shop.clock().date()
    for _ in range(5):
        shop.finland.ledger.count(user_id, today, up=10)
        collect.tick()
        shop.finland.ledger.lose()
    assert len(documents(shop)) == 1
    assert [it.message for it in caplog.records if "traffic of server" in it.message] == [
        f"traffic of server {FINLAND}: it has another ledger once more; it is taken later"
    ]
    shop.finland.ledger.count(user_id, today, up=3)
    shop.clock.advance(hours=2)
    collect.tick()

    assert len(documents(shop)) == 2


def test_a_ledger_set_back_to_an_older_state_is_read_anew_and_takes_nothing_back(
    shop: Shop, collect: CollectTraffic
) -> None:
    (one, two), today = people(shop, 2), shop.clock().date()
    for up in (1, 2, 3):
        shop.finland.ledger.count(one, today, up=up)
    collect.tick()
    shop.finland.ledger.change = 0
    shop.finland.ledger.count(one, today, up=2)
    shop.finland.ledger.count(two, today, up=5)
    collect.tick()

    assert counted(shop, one) == [(FINLAND, today, 3, 0)]
    assert counted(shop, two) == [(FINLAND, today, 5, 0)]


@pytest.mark.parametrize(
    "absurd",
    [
        {"rows": [{"key": "u1", "day": "2026-11-21", "up": -5, "down": 0}]},
        {"rows": [{"key": "u1", "day": "2026-11-21", "up": 2**62, "down": 0}]},
        {"rows": [{"key": "u1.up", "day": "2026-11-21", "up": 1, "down": 0}]},
        {"rows": [{"key": "u1", "day": "2026-08-21", "up": 1, "down": 0}]},
        {"rows": [{"key": "u1", "day": "2026-11-23", "up": 1, "down": 0}]},
        {"rows": [{"key": "u999", "day": "2026-11-21", "up": 1, "down": 0}]},
        {"rows": "u1"},
        {"ledger": "x|2026-11-21"},
        {"cursor": -1},
        {"cursor": 2**70},
    ],
)
def test_nothing_absurd_is_stored_and_the_other_servers_are_read(
    shop: Shop, collect: CollectTraffic, absurd: dict[str, object]
) -> None:
    (user_id,), today = people(shop, 1), shop.clock().date()
    assert user_id == 1
    shop.finland.ledger.count(user_id, today - timedelta(days=300), up=1)
    shop.finland.ledger.overrides = absurd
    shop.germany.ledger.count(user_id, today, up=6)

    collect.tick()

    assert counted(shop, user_id) == [(GERMANY, today, 6, 0)]
    assert len(documents(shop)) == 1


def test_a_server_that_never_ends_its_pages_does_not_hold_up_the_others(shop: Shop) -> None:
    (user_id,), today = people(shop, 1), shop.clock().date()
    shop.finland.ledger.overrides = {"more": True}
    shop.finland.wire.slow = 0.05
    shop.germany.ledger.count(user_id, today, up=6)

    CollectTraffic(shop.deps.db, shop.deps.vpn.servers, shop.clock, 0.3).tick()

    assert counted(shop, user_id) == [(GERMANY, today, 6, 0)]


def test_an_agent_older_than_the_counting_does_no_harm(shop: Shop) -> None:
    old = FakeCountry(FINLAND, shop.clock, old=True)
    shop.adapters[f"http://{FINLAND}"] = old.wire
    shop.start()
    (user_id,), today = people(shop, 1), shop.clock().date()
    shop.germany.ledger.count(user_id, today, up=6)

    CollectTraffic(shop.deps.db, shop.deps.vpn.servers, shop.clock).tick()

    assert counted(shop, user_id) == [(GERMANY, today, 6, 0)]


def test_ninety_days_are_kept(shop: Shop, collect: CollectTraffic) -> None:
    (user_id,), first = people(shop, 1), shop.clock().date()
    for _ in range(100):
        shop.finland.ledger.count(user_id, shop.clock().date(), up=1)
        collect.tick()
        shop.clock.advance(days=1)
    assert len(documents(shop)) == 100

    collect.prune()

    days = [day for _, day, _, _ in counted(shop, user_id)]
    assert days == [first + timedelta(days=it) for it in range(10, 100)]


def test_the_numbers_of_who_is_removed_go_with_him_and_do_not_come_back(
    shop: Shop, collect: CollectTraffic
) -> None:
    (one, two), today = people(shop, 2), shop.clock().date()
    for user_id in (one, two):
        shop.finland.ledger.count(user_id, today, up=1)
    collect.tick()
    shop.bot.delete_me(one)
    assert counted(shop, one) == []

    shop.finland.ledger.count(one, today, up=2)
    shop.finland.ledger.count(two, today, up=2)
    collect.tick()

    assert counted(shop, one) == []
    assert counted(shop, two) == [(FINLAND, today, 2, 0)]
    assert f"u{one}" not in str(documents(shop))
