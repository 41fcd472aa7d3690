"""The watch: a server that is sick is told once, and returns by itself."""

from pathlib import Path

import pytest

from main_api.watching.alarms import About
from main_api.watching.health import Reason
from tests.support.fake_country import FakeCountry
from tests.support.shop import FINLAND, GERMANY
from tests.support.watched_shop import OWNER, WatchedShop

MINUTE = 60


@pytest.mark.usefixtures("user_id")
def test_servers_in_order_are_well_and_nobody_is_told(shop: WatchedShop) -> None:
    shop.look(5 * MINUTE)

    assert shop.well(FINLAND)
    assert shop.watched(FINLAND).health.users_live == 1
    assert shop.told() == []
    assert shop.alarms(About.SICK, FINLAND) == 0


def test_a_blip_of_half_a_minute_changes_nothing(shop: WatchedShop) -> None:
    shop.look()
    for _ in range(4):
        shop.finland.wire.down = True
        shop.look(30)
        shop.finland.wire.down = False
        shop.look(30)

        assert shop.well(FINLAND)
    assert shop.told() == []


def test_a_server_that_stays_away_is_sick_and_the_owner_is_told_once_and_once_when_it_is_back(
    shop: WatchedShop,
) -> None:
    shop.look()
    shop.finland.wire.down = True
    shop.look(MINUTE)
    assert shop.well(FINLAND)
    shop.look(20)
    assert not shop.well(FINLAND)
    assert shop.watched(FINLAND).health.reason is Reason.SILENT
    assert shop.well(GERMANY)
    shop.look(20 * MINUTE)

    assert shop.words() == ["sick"]
    (notice,) = shop.told()
    assert notice.telegram_id == OWNER
    assert notice.params["address"] == FINLAND
    assert notice.params["country"] == "finland"
    shop.finland.wire.down = False
    shop.look(20)
    assert not shop.well(FINLAND)
    shop.look(10)
    assert shop.well(FINLAND)
    shop.look(5 * MINUTE)
    assert shop.words() == ["sick", "sick over"]


def test_a_server_that_comes_and_goes_is_sick_and_told_once(shop: WatchedShop) -> None:
    shop.look()
    for _ in range(10):
        shop.finland.wire.down = True
        shop.look(10)
        shop.finland.wire.down = False
        shop.look(20)

    assert not shop.well(FINLAND)
    assert shop.words() == ["sick"]


def test_a_second_episode_is_told_again_and_each_is_counted(shop: WatchedShop) -> None:
    for _ in range(2):
        shop.finland.wire.down = True
        shop.look(2 * MINUTE)
        shop.finland.wire.down = False
        shop.look(2 * MINUTE)

    assert shop.words() == ["sick", "sick over"] * 2
    assert len({notice.key for notice in shop.told()}) == 4
    assert shop.alarms(About.SICK, FINLAND) == 2


def test_two_watches_at_once_make_one_alarm(shop: WatchedShop) -> None:
    first = shop.watch
    shop.begin()
    shop.finland.wire.down = True
    for _ in range(20):
        first.tick()
        shop.look()

    assert shop.words() == ["sick"]
    assert shop.alarms(About.SICK, FINLAND) == 1


def test_a_server_that_leaves_the_file_takes_its_alarm_along(shop: WatchedShop) -> None:
    shop.finland.wire.down = True
    shop.look(2 * MINUTE)
    shop.write_countries(f'{{"germany": ["{GERMANY}"]}}')
    shop.look(MINUTE)

    assert shop.words() == ["sick"]
    assert shop.deps.alarms.open_ones() == {}


def test_an_agent_of_an_older_version_is_well_while_it_describes_itself(
    shop: WatchedShop,
) -> None:
    old = FakeCountry(FINLAND, shop.clock, old=True)
    shop.adapters[f"https://{FINLAND}"] = old.wire
    shop.start()
    shop.begin()
    shop.deps.vpn.describing.tick()
    shop.look(5 * MINUTE)
    assert shop.well(FINLAND)

    old.wire.down = True
    shop.deps.vpn.describing.tick()
    shop.look(2 * MINUTE)
    assert not shop.well(FINLAND)


def test_a_server_that_tells_nonsense_is_taken_for_silent(shop: WatchedShop) -> None:
    shop.finland.proof.lies = {"users_live": -5}
    shop.look(2 * MINUTE)

    assert not shop.well(FINLAND)


def test_without_an_owner_alarms_are_counted_and_nobody_is_told(tmp_path: Path) -> None:
    shop = WatchedShop(tmp_path)
    shop.begin()
    shop.finland.wire.down = True
    shop.look(2 * MINUTE)

    assert (shop.told(), shop.alarms(About.SICK, FINLAND)) == ([], 1)
    shop.close()


def test_what_was_bad_before_nobody_looked_for_a_while_does_not_make_it_sick(
    shop: WatchedShop,
) -> None:
    shop.look()
    shop.finland.wire.down = True
    shop.look()
    shop.clock.advance(minutes=10)
    shop.look()
    assert shop.well(FINLAND)

    shop.look(MINUTE)
    assert not shop.well(FINLAND)
