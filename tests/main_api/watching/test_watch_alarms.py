"""What else the owner is told of, once and once when it is over: spared users, lost secrets."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from common.errors import ServiceError
from main_api.jobs.registry import agreeing
from main_api.mongo_api.collections import USERS
from main_api.servers.files import as_lines
from main_api.watching.alarms import About
from tests.main_api.test_agreement import settle
from tests.support.fake_country import SECRET
from tests.support.shop import FINLAND, GERMANY
from tests.support.watched_shop import OWNER, WatchedShop

MINUTE = 60


def agree(shop: WatchedShop) -> None:
    """As the job does when it has just started."""
    job = agreeing(shop.deps)
    job.tick()
    job.finish()


def lose_the_database(shop: WatchedShop) -> None:
    shop.enlist()
    settle(shop, 12)
    shop.deps.db[USERS].delete_many({})
    shop.start()
    shop.begin()


def test_spared_users_are_told_once_whatever_restarts_and_once_when_it_is_over(
    shop: WatchedShop,
) -> None:
    lose_the_database(shop)
    for _ in range(3):
        agree(shop)
        shop.start()
        shop.begin()
        shop.look(MINUTE)
        shop.clock.advance(days=2)

    assert shop.words() == ["spared", "spared"]
    assert {it.params["address"] for it in shop.told()} == {FINLAND, GERMANY}
    assert [it.params["users"] for it in shop.told()] == [12, 12]
    for server in shop.deps.vpn.servers.callable():
        shop.deps.vpn.agreement.repair(server, force=True)
    agree(shop)
    shop.look(MINUTE)
    assert sorted(shop.words()) == ["spared", "spared", "spared over", "spared over"]


def test_spared_users_are_told_when_notify_service_is_back(shop: WatchedShop) -> None:
    lose_the_database(shop)
    shop.notify.wire.down = True
    agree(shop)
    with pytest.raises(ServiceError):
        shop.look()
    shop.start()
    shop.begin()
    shop.notify.wire.down = False
    shop.look(MINUTE)

    assert shop.words() == ["spared", "spared"]


def test_a_server_that_cannot_be_compared_has_its_alarm_go_on(shop: WatchedShop) -> None:
    lose_the_database(shop)
    agree(shop)
    shop.finland.wire.down = True
    agree(shop)

    assert {address for _, address in shop.deps.alarms.open_ones()} == {FINLAND, GERMANY}


def test_the_alarm_of_a_server_that_leaves_the_file_goes_with_it(shop: WatchedShop) -> None:
    lose_the_database(shop)
    agree(shop)
    shop.write_countries(f'{{"germany": ["{GERMANY}"]}}')
    agree(shop)
    shop.look()

    assert shop.deps.alarms.open_ones().keys() == {(About.SPARED, GERMANY)}


def test_a_server_without_a_fingerprint_is_told_once_and_the_others_serve(tmp_path: Path) -> None:
    secrets = tmp_path / "secrets.json"
    known = {FINLAND: {"key": SECRET["key"]}, GERMANY: SECRET}
    secrets.write_text(as_lines(known))
    shop = WatchedShop(
        tmp_path, owner_telegram_id=OWNER, servers_secrets=known, servers_secrets_file=secrets
    )
    user_id = shop.register().user_id
    assert shop.grant(user_id, "a", days=30).pending == []
    for _ in range(3):
        shop.begin()
        shop.look(2 * MINUTE)
    assert [it.server for it in shop.bot.links(user_id).links] == [GERMANY]
    assert shop.words() == ["uncalled"]
    assert shop.told()[0].params["address"] == FINLAND

    secrets.write_text(as_lines({FINLAND: SECRET}))
    shop.look(2 * MINUTE)

    assert sorted(shop.words()) == ["uncalled", "uncalled over"]
    assert shop.well(FINLAND)
    shop.close()


def test_the_only_server_is_not_said_to_have_others_beside_it(shop: WatchedShop) -> None:
    shop.look()
    shop.finland.wire.down = shop.germany.wire.down = True
    shop.look(2 * MINUTE)
    assert [it.params["others"] for it in shop.told()] == [0, 0]
    shop.finland.wire.down = shop.germany.wire.down = False
    shop.look(2 * MINUTE)
    shop.finland.wire.down = True
    shop.look(2 * MINUTE)
    assert shop.told()[-1].params["others"] == 1

    shop.finland.wire.down = False
    shop.look(2 * MINUTE)
    shop.write_countries(f'{{"finland": ["{FINLAND}"]}}')
    shop.finland.wire.down = True
    shop.look(2 * MINUTE)
    assert shop.told()[-1].params["others"] == 0


def test_an_episode_that_several_begin_at_once_is_one(shop: WatchedShop) -> None:
    alarms, clock = shop.deps.alarms, shop.clock
    (place, _) = shop.deps.vpn.servers.places()
    for number in (1, 2):
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda _: alarms.begin(About.SICK, place, clock()), range(8)))
        alarms.begin(About.SICK, place, clock())
        (alarm,) = alarms.open_ones().values()
        alarms.end(alarm)
        assert alarms.count(About.SICK, FINLAND) == number


def test_the_only_server_that_is_well_again_before_it_is_told_is_none_beside_itself(
    shop: WatchedShop,
) -> None:
    shop.write_countries(f'{{"finland": ["{FINLAND}"]}}')
    shop.notify.wire.down = shop.finland.wire.down = True
    for _ in range(18):
        shop.finland.wire.down = shop.finland.wire.down and shop.alarms(About.SICK, FINLAND) == 0
        with suppress(ServiceError):
            shop.look()
    assert shop.well(FINLAND)
    shop.notify.wire.down = False
    shop.look()

    assert shop.words() == ["sick", "sick over"]
    assert shop.told()[0].params["others"] == 0
