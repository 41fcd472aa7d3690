"""The group of servers: they join, leave and return, and the file that names them breaks."""

import json
import logging

import pytest

from common.errors import Unavailable
from main_api.access.changes import AccessChanges, Change
from models.servers import ServerState
from tests.support.fake_country import SECRET
from tests.support.shop import COUNTRIES, FINLAND, FRANCE, GERMANY, Shop


@pytest.fixture
def user_id(shop: Shop) -> int:
    return shop.register().user_id


def test_a_server_that_is_added_gets_everybody_with_access(shop: Shop) -> None:
    active, ended, fresh = (shop.register(n).user_id for n in (1, 2, 3))
    shop.enlist()
    shop.grant(active, "a", days=30)
    shop.grant(ended, "a", days=1)
    shop.clock.advance(days=2)
    shop.write_countries(json.dumps({**COUNTRIES, "france": [FRANCE]}))
    shop.enlist()

    assert shop.countries[FRANCE].holds(active)
    assert (shop.bot.user(ended).pending, shop.bot.user(fresh).pending) == ([], [])
    assert list(shop.countries[FRANCE].users) == [f"u{active}"]


def test_a_change_decided_while_a_server_joins_is_not_lost_to_it(shop: Shop, user_id: int) -> None:
    shop.enlist()
    shop.grant(user_id, "a", days=3)
    joins = [json.dumps({**COUNTRIES, "france": [FRANCE]})]

    def addresses_read_just_before_the_file_changes() -> list[str]:
        read = shop.deps.vpn.servers.addresses()
        if joins:
            shop.write_countries(joins.pop())
            shop.enlist()
        return read

    changes = AccessChanges(
        shop.deps.db, shop.deps.users, addresses_read_just_before_the_file_changes
    )
    user, _ = changes.make(user_id, lambda seen: Change("b", {"has_trial": not seen.has_trial}))

    assert user.pending == [FINLAND, GERMANY, FRANCE]


def test_a_server_that_returns_learns_what_ended_meanwhile(shop: Shop, user_id: int) -> None:
    shop.grant(user_id, "a", days=30)
    shop.enlist()
    shop.write_countries(json.dumps({"germany": [GERMANY]}))
    shop.enlist()
    shop.deps.access.revoke(user_id, "r")
    assert shop.finland.holds(user_id)

    shop.write_countries(json.dumps(COUNTRIES))
    shop.enlist()
    shop.heal()

    assert shop.finland.holds(user_id) is None


def test_nobody_waits_for_a_server_that_has_left(shop: Shop, user_id: int) -> None:
    shop.enlist()
    shop.finland.wire.down = True
    shop.grant(user_id, "a", days=30)
    shop.write_countries(json.dumps({"germany": [GERMANY]}))
    shop.enlist()

    assert shop.bot.user(user_id).pending == []


def test_a_broken_countries_file_keeps_the_last_good_one_and_is_told_once(
    shop: Shop, user_id: int, caplog: pytest.LogCaptureFixture
) -> None:
    shop.deps.vpn.servers.addresses()
    with caplog.at_level(logging.ERROR):
        for text in ('{"finland": ["fi.test:8443"', '{"finland": "x"}', "[]", '{"a": ["nowhere"]}'):
            shop.write_countries(text)
            assert shop.grant(user_id, f"order-{len(text)}", days=1).pending == []
    shop.settings.countries_file.unlink()
    assert shop.deps.vpn.servers.addresses() == [FINLAND, GERMANY]
    assert len(caplog.records) == 1

    shop.write_countries(json.dumps({"germany": [GERMANY]}))
    assert shop.deps.vpn.servers.addresses() == [GERMANY]


def test_while_no_good_countries_file_was_ever_seen_nothing_is_granted(
    shop: Shop, user_id: int
) -> None:
    shop.write_countries("broken")
    shop.start()

    with pytest.raises(Unavailable) as caught:
        shop.grant(user_id, "a", days=1)

    assert caught.value.code == "no_countries"
    shop.write_countries(json.dumps(COUNTRIES))
    assert shop.grant(user_id, "a", days=1).pending == []


def test_a_server_without_a_fingerprint_is_reported_and_never_called(
    tmp_path_factory: pytest.TempPathFactory, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path_factory.mktemp("shop")
    without = {"key": SECRET["key"]}
    shop = Shop(folder, servers_secrets={FINLAND: SECRET, GERMANY: without})
    user_id = shop.register().user_id
    with caplog.at_level(logging.ERROR):
        assert shop.grant(user_id, "a", days=1).pending == []
    shop.close()

    assert (list(shop.finland.users), shop.germany.wire.sent) == ([f"u{user_id}"], 0)
    assert [record.message for record in caplog.records] == [
        f"server {GERMANY} has no fingerprint in SERVERS_SECRETS and is not called"
    ]


def test_a_server_without_a_secret_is_reported_and_never_called(
    tmp_path_factory: pytest.TempPathFactory, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path_factory.mktemp("shop")
    shop = Shop(folder, servers_secrets={FINLAND: SECRET})
    user_id = shop.register().user_id
    with caplog.at_level(logging.ERROR):
        assert shop.grant(user_id, "a", days=1).pending == []
        states = shop.bot.servers().servers
    shop.close()

    assert shop.germany.users == {}
    assert [record.message for record in caplog.records] == [
        f"server {GERMANY} has no key in SERVERS_SECRETS and is not called"
    ]
    assert [(s.address, s.reachable, s.described) for s in states] == [
        (FINLAND, False, False),
        (GERMANY, False, False),
    ]


def test_the_states_of_the_servers_are_told(shop: Shop, user_id: int) -> None:
    shop.deps.vpn.describing.tick()
    shop.finland.wire.down = True
    shop.grant(user_id, "a", days=1)
    shop.deps.vpn.describing.tick()

    assert shop.bot.servers().servers == [
        ServerState(
            country="finland", address=FINLAND, reachable=False, pending_users=1, described=True
        ),
        ServerState(
            country="germany", address=GERMANY, reachable=True, pending_users=0, described=True
        ),
    ]
