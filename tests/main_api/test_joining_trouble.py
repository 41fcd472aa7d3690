"""What may happen while a server joins: it hangs, it leaves, another process joins it, too."""

import json

import pytest

from main_api.vpn_api.enlisting import Enlisting
from main_api.vpn_api.joining import Joining
from main_api.vpn_api.server_store import ServerStore
from main_api.vpn_api.telling import Telling
from tests.support.fake_country import FakeCountry
from tests.support.shop import COUNTRIES, FRANCE, Shop

CROWD, A_PAGE = 5, 2
LISTED = json.dumps({**COUNTRIES, "france": [FRANCE]})


@pytest.fixture
def people(shop: Shop) -> list[int]:
    people = [shop.register(number).user_id for number in range(1, CROWD + 1)]
    for user_id in people:
        shop.grant(user_id, "a", days=30)
    shop.enlist()
    shop.write_countries(LISTED)
    return people


@pytest.fixture
def france(shop: Shop) -> FakeCountry:
    return shop.countries[FRANCE]


def joining(shop: Shop, seconds: float = 20.0) -> Joining:
    vpn = shop.deps.vpn
    return Joining(Telling(vpn.pending, shop.clock), vpn.pending, vpn.store, A_PAGE, seconds)


def enlisting(shop: Shop, store: ServerStore | None = None, seconds: float = 20.0) -> Enlisting:
    vpn = shop.deps.vpn
    return Enlisting(
        vpn.servers, store or vpn.store, vpn.pending, joining(shop, seconds), shop.clock
    )


def test_an_answer_that_does_not_end_holds_up_no_longer_than_it_may(
    shop: Shop, people: list[int], france: FakeCountry
) -> None:
    """Who is told of by then neither is there nor waits, so nobody would be alarmed."""
    france.wire.slow = 3.0

    job = enlisting(shop, seconds=0.05)
    job.tick()
    job.finish()

    assert france.users == {}  # it is still at it
    assert [shop.record(it).pending for it in people] == [[FRANCE]] * CROWD
    assert shop.deps.vpn.store.all()[FRANCE]["enlisted"]


@pytest.mark.usefixtures("people")
def test_a_process_that_ends_while_another_has_made_it_join_leaves_nothing_behind(
    shop: Shop,
) -> None:
    shop.enlist()
    shop.deps.vpn.store.set_told(FRANCE, 2)  # as far as that process came

    assert shop.deps.vpn.waiting.counts([FRANCE]) == {FRANCE: 0}
