"""The order of links: well and idle servers first, and steady, since clients keep the order."""

from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from main_api.links.page import body
from main_api.mongo_api.collections import USERS, WATCHING
from main_api.watching.load import FULL, bucket_of, smoothed
from main_api.watching.order import Order
from main_api.watching.store import WatchStore
from models.access import Link
from models.presence import MachineLoad
from tests.support.shop import FINLAND, FRANCE, GERMANY
from tests.support.watched_shop import WatchedShop

MINUTE = 60
ALL = [FINLAND, GERMANY, FRANCE]
USER = 1


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[WatchedShop]:
    shop = WatchedShop(tmp_path)
    shop.write_countries(f'{{"finland": ["{FINLAND}", "{GERMANY}"], "france": ["{FRANCE}"]}}')
    shop.begin()
    shop.deps.vpn.describing.tick()
    assert shop.register().user_id == USER
    shop.grant(USER, "a", days=300)
    yield shop
    shop.close()


def order(shop: WatchedShop) -> list[str]:
    """As a process that has just started reads it."""
    shop.start()
    return [link.server for link in shop.bot.links(USER).links]


def ranked(shop: WatchedShop, links: list[Link]) -> list[str]:
    """As `order`, for who asks often: a process costs a while to start."""
    fresh = Order(WatchStore(shop.deps.db), shop.clock)
    return [link.server for link in fresh.of(links, newcomer=True)]


def has_connected(shop: WatchedShop) -> None:
    shop.deps.db[USERS].update_one({"_id": USER}, {"$set": {"connected_at": shop.clock()}})


def test_without_a_watch_and_among_equals_the_order_is_that_of_the_file(shop: WatchedShop) -> None:
    assert order(shop) == ALL
    shop.look(MINUTE)
    assert order(shop) == ALL


def test_a_sick_server_is_not_in_a_newcomers_list_and_comes_back_by_itself(
    shop: WatchedShop,
) -> None:
    shop.finland.wire.down = True
    shop.look(30)
    assert order(shop) == ALL
    shop.look(MINUTE)
    assert order(shop) == [GERMANY, FRANCE]

    shop.finland.wire.down = False
    shop.look(30)
    assert order(shop) == ALL


def test_who_has_connected_before_finds_a_sick_server_last(shop: WatchedShop) -> None:
    has_connected(shop)
    shop.finland.wire.down = True
    shop.look(2 * MINUTE)

    assert order(shop) == [GERMANY, FRANCE, FINLAND]


def test_when_all_are_sick_all_are_listed(shop: WatchedShop) -> None:
    for country in shop.countries.values():
        country.wire.down = True
    shop.look(2 * MINUTE)

    assert order(shop) == ALL


def test_the_loaded_come_after_the_idle_and_names_stay_with_their_servers(
    shop: WatchedShop,
) -> None:
    names = {link.server: link.name for link in shop.bot.links(USER).links}
    assert names == {FINLAND: "Finland", GERMANY: "Finland 2", FRANCE: "France"}
    shop.finland.proof.cpu_busy = 0.95
    shop.germany.proof.cpu_busy = 0.6
    shop.look(3 * MINUTE)

    assert order(shop) == [FRANCE, GERMANY, FINLAND]
    assert {link.server: link.name for link in shop.bot.links(USER).links} == names


def test_the_subscription_has_the_same_order(shop: WatchedShop) -> None:
    shop.finland.proof.cpu_busy = 0.95
    shop.look(3 * MINUTE)
    links = shop.bot.links(USER)
    page = shop.public.get(urlsplit(links.config_url).path).get_data()

    assert page == body([link.url for link in links.links])
    assert urlsplit(b64decode(page).decode().split()[0]).hostname == GERMANY.partition(":")[0]


def test_a_load_that_wavers_about_an_edge_does_not_move_a_server(shop: WatchedShop) -> None:
    links = shop.bot.links(USER).links
    shop.look(MINUTE)
    for busy in (0.45, 0.48, 0.42, 0.49) * 5:
        shop.finland.proof.cpu_busy = busy
        shop.look()
        assert ranked(shop, links) == ALL
    shop.finland.proof.cpu_busy = 0.6
    shop.look(5 * MINUTE)
    assert ranked(shop, links) == [GERMANY, FRANCE, FINLAND]
    for busy in (0.45, 0.52, 0.42, 0.49) * 5:
        shop.finland.proof.cpu_busy = busy
        shop.look()
        assert ranked(shop, links) == [GERMANY, FRANCE, FINLAND]
    shop.finland.proof.cpu_busy = 0.1
    shop.look(5 * MINUTE)
    assert ranked(shop, links) == ALL


def test_a_peak_of_ten_seconds_moves_nobody(shop: WatchedShop) -> None:
    shop.look(MINUTE)
    shop.finland.proof.cpu_busy = 1.0
    shop.look()
    shop.finland.proof.cpu_busy = 0.2
    shop.look()

    assert order(shop) == ALL


def test_what_the_watch_saw_long_ago_counts_no_more(shop: WatchedShop) -> None:
    shop.finland.wire.down = True
    shop.look(2 * MINUTE)
    shop.clock.advance(minutes=6)

    assert order(shop) == ALL


def test_load_goes_up_at_the_edge_and_down_well_under_it() -> None:
    path = [0, 499, 500, 450, 401, 399, 700, 850, 760, 740, 0]
    buckets, at = [], 0
    for busy in path:
        at = bucket_of(busy, at)
        buckets.append(at)

    assert buckets == [0, 0, 1, 1, 1, 0, 2, 3, 3, 2, 0]


def test_a_machine_out_of_memory_or_with_a_queue_before_its_processors_is_full() -> None:
    tight = MachineLoad(memory_available_bytes=10 * 1024 * 1024)
    assert smoothed(0, tight, fresh=True) == FULL
    assert smoothed(0, MachineLoad(load=7.0), fresh=True) == FULL
    assert smoothed(0, MachineLoad(), fresh=True) == 0
    assert smoothed(400, MachineLoad(cpu_busy=0.8), fresh=False) == 500


def test_links_are_there_also_when_a_later_version_has_written_more(shop: WatchedShop) -> None:
    shop.look()
    shop.deps.db[WATCHING].update_one({"_id": FINLAND}, {"$set": {"health.newer": 1}})

    assert order(shop) == ALL
    shop.begin()
    shop.look()
    assert shop.well(FINLAND)
