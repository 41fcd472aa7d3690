"""What may happen while a server joins: it hangs, it leaves, another process joins it, too."""

import json

import pytest
from typing_extensions import override

from common.storage.protocol import Document
from main_api.vpn_api.enlisting import Enlisting
from main_api.vpn_api.joining import Joining
from main_api.vpn_api.server_store import ServerStore
from main_api.vpn_api.telling import Telling
from models.admin import Act
from tests.support.fake_country import FakeCountry
from tests.support.shop import COUNTRIES, FRANCE, Shop
from tests.support.waiting import wait_until

CROWD, A_PAGE = 11, 2
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


def test_one_that_left_while_it_joined_hears_of_what_ended_meanwhile(
    shop: Shop, people: list[int], france: FakeCountry
) -> None:
    [server] = [it for it in shop.deps.vpn.servers.callable() if it.address == FRANCE]
    joining(shop).tell(server, active_since=shop.clock.now)  # and the process ended here

    shop.write_countries(json.dumps(COUNTRIES))
    shop.start()
    shop.enlist()
    shop.bot.revoke(people[1], Act(admin_id=1, key="adm-1-revoke"))
    shop.write_countries(LISTED)
    shop.enlist()

    assert not france.holds(people[1])


class Late(ServerStore):
    """What it reads is told only when the server has joined in between."""

    job: Enlisting | None = None

    @override
    def all(self) -> dict[str, Document]:
        known = super().all()
        if self.job:
            self.job.finish()
        return known


def test_one_that_has_just_joined_does_not_join_again(
    shop: Shop, people: list[int], france: FakeCountry
) -> None:
    store = Late(shop.deps.db)
    job = enlisting(shop, store)
    job.tick()
    store.job = job
    job.tick()
    job.finish()

    assert france.puts == {f"u{user_id}": 1 for user_id in people}


def test_when_the_process_is_to_end_the_rest_is_left_pending_without_a_word_of_trouble(
    shop: Shop, people: list[int], france: FakeCountry, caplog: pytest.LogCaptureFixture
) -> None:
    france.wire.slow = 0.2
    job = enlisting(shop)
    job.tick()

    job.stop()
    shop.deps.vpn.servers.close()

    assert shop.deps.vpn.store.all()[FRANCE]["enlisted"]
    assert all(france.holds(it) or shop.record(it).pending == [FRANCE] for it in people)
    assert not [it for it in caplog.records if it.levelname == "ERROR"]
    assert france.puts.keys() != {f"u{it}" for it in people}


@pytest.mark.usefixtures("people")
def test_one_that_was_away_while_it_joined_hears_of_who_has_bought_meanwhile(
    shop: Shop, france: FakeCountry
) -> None:
    newcomer = shop.register(99).user_id
    france.wire.slow = 0.5
    job = enlisting(shop)
    job.tick()
    wait_until(lambda: FRANCE in shop.deps.vpn.store.all())
    shop.write_countries(json.dumps(COUNTRIES))
    job.tick()
    shop.grant(newcomer, "a", days=30)
    shop.write_countries(LISTED)
    job.finish()

    job.tick()  # it has left, though it is there again
    france.wire.slow = 0.0
    job.tick()
    job.finish()
    assert france.holds(newcomer)
