"""A server that joins is told of everybody at once, and whom it has not taken waits."""

import json

import pytest

from main_api.vpn_api.joining import Joining
from main_api.vpn_api.servers import Server
from main_api.vpn_api.telling import Telling
from tests.support.fake_country import FakeCountry
from tests.support.shop import COUNTRIES, FRANCE, Shop

CROWD, A_PAGE = 7, 2


@pytest.fixture
def people(shop: Shop) -> list[int]:
    people = [shop.register(number).user_id for number in range(1, CROWD + 1)]
    for user_id in people:
        shop.grant(user_id, "a", days=30)
    shop.enlist()
    shop.write_countries(json.dumps({**COUNTRIES, "france": [FRANCE]}))
    return people


@pytest.fixture
def france(shop: Shop) -> FakeCountry:
    return shop.countries[FRANCE]


def newcomer(shop: Shop) -> Server:
    [server] = [it for it in shop.deps.vpn.servers.callable() if it.address == FRANCE]
    return server


def tell(shop: Shop, seconds: float = 20.0) -> tuple[int, int]:
    vpn = shop.deps.vpn
    joining = Joining(Telling(vpn.pending, shop.clock), vpn.pending, vpn.store, A_PAGE, seconds)
    return joining.tell(newcomer(shop), active_since=shop.clock.now)


def waiting(shop: Shop, people: list[int]) -> list[int]:
    return [user_id for user_id in people if shop.record(user_id).pending == [FRANCE]]


def test_everybody_is_told_and_nothing_written_of_anybody(
    shop: Shop, people: list[int], france: FakeCountry
) -> None:
    before = [shop.record(user_id) for user_id in people]

    assert tell(shop) == (CROWD, people[-1])

    assert all(france.holds(user_id) for user_id in people)
    assert [shop.record(user_id) for user_id in people] == before
    assert france.puts == {f"u{user_id}": 1 for user_id in people}


def test_whom_it_refuses_waits_alone(shop: Shop, people: list[int], france: FakeCountry) -> None:
    france.refused = {f"u{people[3]}"}

    assert tell(shop) == (CROWD, people[-1])

    assert waiting(shop, people) == [people[3]]


def test_when_it_fails_on_the_way_only_the_first_count_as_told(
    shop: Shop, people: list[int], france: FakeCountry
) -> None:
    france.wire.down_after = 3

    told, reached = tell(shop)

    assert (told, reached) in [(2, people[1]), (4, people[3])]
    assert waiting(shop, people) == []


def test_a_slow_one_is_told_of_the_rest_like_after_any_change(
    shop: Shop, people: list[int], france: FakeCountry
) -> None:
    assert tell(shop, seconds=-1) == (0, 0)

    shop.enlist()
    assert shop.deps.vpn.store.all()[FRANCE]["enlisted"]
    assert all(france.holds(user_id) for user_id in people)


def test_a_server_that_is_away_when_it_joins_has_everybody_pending(
    shop: Shop, people: list[int], france: FakeCountry
) -> None:
    france.wire.down = True
    shop.enlist()
    assert waiting(shop, people) == people

    france.wire.down = False
    shop.rested()
    shop.heal()
    assert all(france.holds(user_id) for user_id in people)
    assert waiting(shop, people) == []


def test_a_restart_on_the_way_begins_anew(
    shop: Shop, people: list[int], france: FakeCountry
) -> None:
    tell(shop)
    france.users.clear()

    shop.start()
    shop.enlist()

    assert all(france.holds(user_id) for user_id in people)


def test_whom_it_holds_newer_is_gone_beyond(
    shop: Shop, people: list[int], france: FakeCountry
) -> None:
    """Our database was restored from a backup."""
    key = f"u{people[0]}"
    tell(shop)
    france.users[key] = france.users[key].model_copy(update={"revision": 50, "active": False})

    shop.enlist()
    shop.heal()

    assert france.holds(people[0])
    assert waiting(shop, people) == []


@pytest.mark.usefixtures("people")
def test_while_it_joins_it_is_said_how_many_are_left(shop: Shop) -> None:
    counts = shop.deps.vpn.waiting.counts
    tell(shop)
    shop.deps.vpn.store.set_told(FRANCE, 2)
    assert counts([FRANCE]) == {FRANCE: CROWD - 2}

    shop.deps.vpn.store.set_told(FRANCE, CROWD)
    assert counts([FRANCE]) == {FRANCE: 1}  # not enlisted yet

    shop.enlist()
    assert counts([FRANCE]) == {FRANCE: 0}
