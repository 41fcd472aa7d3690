"""Telling the servers: some are down, slow, lose answers, join, leave."""

import json
import logging
from collections.abc import Callable
from time import monotonic, sleep

import pytest

from common.errors import Unavailable
from main_api.access.changes import AccessChanges, Change
from models.servers import PutUserAnswer, ServerState
from tests.support.fake_country import KEY
from tests.support.shop import COUNTRIES, FINLAND, FRANCE, GERMANY, Shop


@pytest.fixture
def user_id(shop: Shop) -> int:
    return shop.register().user_id


def test_a_server_that_is_down_stays_pending_and_is_healed_when_it_returns(
    shop: Shop, user_id: int
) -> None:
    shop.finland.wire.down = True
    access = shop.grant(user_id, "a", days=3)
    assert access.pending == [FINLAND]
    assert shop.germany.holds(user_id)

    shop.rested()
    shop.heal()
    assert shop.bot.user(user_id).pending == [FINLAND]
    shop.finland.wire.down = False
    shop.rested()
    shop.heal()

    assert shop.bot.user(user_id).pending == []
    assert shop.finland.holds(user_id)


def test_a_returning_server_has_its_users_within_two_seconds_without_help(
    shop: Shop, user_id: int
) -> None:
    shop.finland.wire.down = True
    shop.grant(user_id, "a", days=3)
    began = monotonic()
    while monotonic() - began < 2.5:  # long enough for the longest rest
        shop.deps.vpn.healing.tick()
        sleep(0.05)
    shop.finland.wire.down = False
    returned = monotonic()

    while not shop.finland.holds(user_id) and monotonic() - returned < 5:
        shop.deps.vpn.healing.tick()
        sleep(0.05)

    assert monotonic() - returned < 2


def test_a_lost_answer_is_repeated_and_changes_nothing(shop: Shop, user_id: int) -> None:
    shop.finland.wire.lost = True
    access = shop.grant(user_id, "a", days=3)
    assert access.pending == [FINLAND]
    held = shop.finland.holds(user_id)

    shop.finland.wire.lost = False
    shop.rested()
    shop.heal()

    assert shop.bot.user(user_id).pending == []
    assert shop.finland.holds(user_id) == held
    assert shop.finland.puts == {f"u{user_id}": 2}


def test_a_late_answer_to_an_older_change_does_not_count_for_the_newer_one(
    shop: Shop, user_id: int
) -> None:
    shop.finland.wire.down = True
    older = shop.grant(user_id, "a", days=3)
    shop.grant(user_id, "b", days=3)
    shop.deps.vpn.pending.taken(user_id, older.revision, FINLAND)

    assert shop.bot.user(user_id).pending == [FINLAND]


def test_a_slow_server_delays_neither_the_answer_nor_the_others(shop: Shop, user_id: int) -> None:
    shop.finland.wire.slow = 2.0
    began = monotonic()
    access = shop.grant(user_id, "a", days=3)

    assert monotonic() - began < 1.9
    assert access.pending == [FINLAND]
    assert shop.germany.holds(user_id)
    wait_until(lambda: shop.bot.user(user_id).pending == [])


def wait_until(true: Callable[[], bool]) -> None:
    for _ in range(300):
        if true():
            return
        sleep(0.03)
    raise AssertionError("it did not come true")


def test_a_crash_between_the_grant_and_the_push_is_healed_after_the_restart(
    shop: Shop, user_id: int
) -> None:
    class Crash(BaseException):
        pass

    def crash(_: object) -> object:
        raise Crash

    access = shop.deps.access
    broken = type(access)(shop.deps.changes, crash, shop.clock, trial_days=3, max_access_days=9)  # type: ignore[arg-type]  # never returns
    with pytest.raises(Crash):
        broken.grant(user_id, "a", days=3, paid=True, enforce_maximum=True)
    shop.start()
    assert shop.bot.user(user_id).pending == [FINLAND, GERMANY]
    shop.heal()

    assert shop.grant(user_id, "a", days=3).pending == []
    assert shop.finland.holds(user_id)
    assert shop.germany.holds(user_id)


def test_hundreds_of_users_are_brought_to_a_returning_server_in_batches(shop: Shop) -> None:
    shop.finland.wire.down = True
    ids = [shop.register(n).user_id for n in range(1, 41)]
    for user_id in ids:
        shop.grant(user_id, "a", days=3)
    shop.finland.wire.down = False
    shop.rested()
    shop.heal()

    assert all(shop.finland.holds(user_id) for user_id in ids)
    assert shop.deps.vpn.pending.counts([FINLAND]) == {FINLAND: 0}


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


def test_a_server_with_a_newer_revision_than_ours_is_gone_beyond(shop: Shop, user_id: int) -> None:
    shop.grant(user_id, "a", days=3)
    key = f"u{user_id}"
    shop.finland.users[key] = shop.finland.users[key].model_copy(update={"revision": 40})
    access = shop.grant(user_id, "b", days=3)
    shop.heal()

    held = shop.finland.holds(user_id)
    assert held is not None
    assert (held.expires_at, held.revision) == (access.expires_at, 41)
    assert shop.bot.user(user_id).pending == []


def test_a_server_that_claims_an_absurd_revision_is_not_believed(shop: Shop, user_id: int) -> None:
    shop.finland.users[f"u{user_id}"] = shop.deps.vpn.fan_out._telling.desired(
        FINLAND, shop.record(user_id)
    ).model_copy(update={"revision": 2**53 - 1})

    assert shop.grant(user_id, "a", days=3).pending == [FINLAND]
    assert shop.record(user_id).revision == 1


def test_a_server_that_is_added_gets_everybody_with_access(shop: Shop) -> None:
    active, ended, fresh = (shop.register(n).user_id for n in (1, 2, 3))
    shop.deps.vpn.enlisting.tick()
    shop.grant(active, "a", days=30)
    shop.grant(ended, "a", days=1)
    shop.clock.advance(days=2)
    shop.write_countries(json.dumps({**COUNTRIES, "france": [FRANCE]}))
    shop.deps.vpn.enlisting.tick()
    assert shop.bot.user(active).pending == [FRANCE]
    shop.heal()

    assert shop.countries[FRANCE].holds(active)
    assert (shop.bot.user(ended).pending, shop.bot.user(fresh).pending) == ([], [])
    assert list(shop.countries[FRANCE].users) == [f"u{active}"]


def test_a_change_decided_while_a_server_joins_is_not_lost_to_it(shop: Shop, user_id: int) -> None:
    shop.deps.vpn.enlisting.tick()
    shop.grant(user_id, "a", days=3)
    joins = [json.dumps({**COUNTRIES, "france": [FRANCE]})]

    def addresses_read_just_before_the_file_changes() -> list[str]:
        read = shop.deps.vpn.servers.addresses()
        if joins:
            shop.write_countries(joins.pop())
            shop.deps.vpn.enlisting.tick()
        return read

    changes = AccessChanges(
        shop.deps.db, shop.deps.users, addresses_read_just_before_the_file_changes
    )
    user, _ = changes.make(user_id, lambda seen: Change("b", {"has_trial": not seen.has_trial}))

    assert user.pending == [FINLAND, GERMANY, FRANCE]


def test_a_server_that_returns_learns_what_ended_meanwhile(shop: Shop, user_id: int) -> None:
    shop.grant(user_id, "a", days=30)
    shop.deps.vpn.enlisting.tick()
    shop.write_countries(json.dumps({"germany": [GERMANY]}))
    shop.deps.vpn.enlisting.tick()
    shop.deps.access.revoke(user_id, "r")
    assert shop.finland.holds(user_id)

    shop.write_countries(json.dumps(COUNTRIES))
    shop.deps.vpn.enlisting.tick()
    shop.heal()

    assert shop.finland.holds(user_id) is None


def test_nobody_waits_for_a_server_that_has_left(shop: Shop, user_id: int) -> None:
    shop.deps.vpn.enlisting.tick()
    shop.finland.wire.down = True
    shop.grant(user_id, "a", days=30)
    shop.write_countries(json.dumps({"germany": [GERMANY]}))
    shop.deps.vpn.enlisting.tick()

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


def test_a_server_without_a_secret_is_reported_and_never_called(
    tmp_path_factory: pytest.TempPathFactory, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path_factory.mktemp("shop")
    shop = Shop(folder, servers_secrets={FINLAND: {"key": KEY}})
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


def test_a_wrong_key_leaves_the_user_pending(shop: Shop) -> None:
    wrong = {FINLAND: {"key": "w" * 32}, GERMANY: {"key": KEY}}
    shop.settings = type(shop.settings).model_validate(
        shop.settings.model_dump() | {"servers_secrets": wrong}
    )
    shop.start()
    user_id = shop.register().user_id

    assert shop.grant(user_id, "a", days=1).pending == [FINLAND]
    assert shop.finland.users == {}


def test_an_agent_of_another_version_may_say_more_than_we_know() -> None:
    told = PutUserAnswer.model_validate(
        {"key": "u1", "revision": 1, "in_core": True, "new": {"field": 1}}
    )

    assert told.revision == 1


def test_a_line_that_is_long_is_not_made_longer(shop: Shop, user_id: int) -> None:
    (finland, _) = shop.deps.vpn.servers.callable()
    while finland.room.acquire(blocking=False):
        pass
    access = shop.grant(user_id, "a", days=3)
    assert access.pending == [FINLAND]
    finland.room.release()

    assert shop.grant(user_id, "b", days=3).pending == []
    assert shop.grant(user_id, "c", days=3).pending == []
