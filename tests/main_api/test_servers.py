"""Telling the servers: some are down, slow, lose answers, refuse, lie."""

from collections.abc import Iterable
from time import monotonic, sleep

import pytest
from typing_extensions import override

from common.storage.protocol import StorageUnavailable
from main_api.users.record import UserRecord
from main_api.vpn_api.healing import Healing
from main_api.vpn_api.pending_store import PendingStore
from main_api.vpn_api.telling import Telling
from models.servers import PutUserAnswer
from tests.support.fake_country import SECRET
from tests.support.shop import FINLAND, GERMANY, Shop
from tests.support.waiting import wait_until


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
    vpn = shop.deps.vpn
    healing = Healing(vpn.servers, Telling(vpn.pending, shop.clock), vpn.pending, page=7)
    healing.tick()
    healing.finish()

    assert all(shop.finland.holds(user_id) for user_id in ids)
    assert shop.deps.vpn.pending.counts([FINLAND]) == {FINLAND: 0}


class AwayWhenNoting(PendingStore):
    """The database goes away between a server's answer and its note."""

    @override
    def taken_by(self, address: str, users: Iterable[UserRecord]) -> None:
        raise StorageUnavailable("away")


def test_a_server_is_not_blamed_for_the_database(shop: Shop, user_id: int) -> None:
    shop.finland.wire.down = True
    shop.grant(user_id, "a", days=3)
    shop.finland.wire.down = False
    shop.rested()
    vpn, pending = shop.deps.vpn, AwayWhenNoting(shop.deps.db)
    healing = Healing(vpn.servers, Telling(pending, shop.clock), pending)
    healing.tick()
    healing.finish()

    assert shop.finland.holds(user_id)
    assert all(server.rest.over() for server in vpn.servers.callable())
    shop.heal()
    assert shop.bot.user(user_id).pending == []


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


def test_a_wrong_key_leaves_the_user_pending(shop: Shop) -> None:
    wrong = {FINLAND: SECRET | {"key": "w" * 32}, GERMANY: SECRET}
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
