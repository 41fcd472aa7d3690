"""When servers are compared: each minute, after an agent's restart, when back, on request."""

import logging
from collections.abc import Iterator

import pytest

from common.errors import NotFound
from main_api.jobs.registry import JOBS
from main_api.vpn_api.agreeing import EVERY_SECONDS, LONGEST_SECONDS, Agreeing
from main_api.vpn_api.agreement import Outcome
from models.agreement import AgreeRequest, ServerAgreements
from tests.main_api.test_agreement import settle
from tests.support.fake_country import FakeCountry
from tests.support.shop import FINLAND, Shop
from tests.support.waiting import wait_until


class Minutes:
    """The job with a clock of the test's own, and what it alarmed about."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.seconds = 0.0
        self.outcomes: list[tuple[str, Outcome]] = []
        vpn = shop.deps.vpn
        self.job = Agreeing(
            vpn.servers,
            vpn.store,
            vpn.agreement,
            lambda *told: self.outcomes.append(told),
            lambda: self.seconds,
        )

    def pass_(self, seconds: float) -> None:
        self.seconds += seconds
        self.job.tick()
        self.job.finish()
        self.shop.heal()

    @property
    def asked(self) -> int:
        return self.shop.finland.agreement.asked


@pytest.fixture
def minutes(shop: Shop) -> Iterator[Minutes]:
    shop.enlist()
    settle(shop, 3)
    minutes = Minutes(shop)
    yield minutes
    minutes.job.finish()


def describe(shop: Shop) -> None:
    shop.finland.description["life"] = shop.finland.agreement.life
    shop.deps.vpn.describing.tick()


def test_a_server_is_compared_at_the_start_and_each_minute(minutes: Minutes) -> None:
    minutes.pass_(0)
    assert minutes.asked == 1
    minutes.pass_(EVERY_SECONDS - 1)
    assert minutes.asked == 1

    del minutes.shop.finland.users["u2"]
    minutes.pass_(1)

    assert minutes.asked == 2
    assert minutes.shop.finland.holds(2)


def test_after_a_restart_of_the_agent_it_is_compared_at_once_and_only_once(
    minutes: Minutes,
) -> None:
    describe(minutes.shop)
    minutes.pass_(0)
    minutes.shop.finland.agreement.life = "abcdef01"
    minutes.shop.finland.users.clear()
    minutes.pass_(1)
    assert minutes.asked == 1

    describe(minutes.shop)
    minutes.pass_(1)

    assert len(minutes.shop.finland.users) == 3
    asked = minutes.asked
    minutes.pass_(1)
    assert minutes.asked == asked == 2


def test_a_description_older_than_the_restart_brings_no_comparison(minutes: Minutes) -> None:
    describe(minutes.shop)
    minutes.pass_(0)
    minutes.shop.finland.agreement.life = "abcdef01"
    minutes.pass_(EVERY_SECONDS)
    assert minutes.asked == 2

    minutes.pass_(2)

    assert minutes.asked == 2


def test_a_description_that_stays_an_old_one_brings_one_comparison(minutes: Minutes) -> None:
    describe(minutes.shop)
    minutes.shop.finland.agreement.life = "abcdef01"
    for _ in range(6):
        minutes.pass_(2)

    assert minutes.asked == 2


def test_one_that_was_away_is_compared_soon_after_it_is_back(minutes: Minutes) -> None:
    minutes.shop.finland.wire.down = True
    minutes.pass_(0)
    assert minutes.outcomes[0][0] != FINLAND
    minutes.shop.finland.users.clear()
    minutes.shop.finland.wire.down = False
    minutes.shop.rested()

    minutes.pass_(5)

    assert len(minutes.shop.finland.users) == 3


def test_a_server_that_never_becomes_equal_is_repaired_less_and_less_often(
    minutes: Minutes,
) -> None:
    shop = minutes.shop
    for _ in range(3000):
        shop.finland.users.pop("u1", None)
        minutes.pass_(10)

    assert 10 < minutes.asked < 30000 / LONGEST_SECONDS + 10


def test_weeks_without_the_operators_word_end_neither_the_comparisons_nor_their_telling(
    minutes: Minutes,
) -> None:
    minutes.shop.write_countries(f'{{"finland": ["{FINLAND}"]}}')
    users = minutes.shop.finland.users
    for number in range(101, 121):  # too many whom we do not know to be removed unasked
        users[f"u{number}"] = users["u1"].model_copy(update={"key": f"u{number}"})
    rounds = 1040  # a week of them
    for _ in range(rounds):
        minutes.seconds += LONGEST_SECONDS
        minutes.job.tick()
        minutes.job.finish()

    assert [outcome.spared for _, outcome in minutes.outcomes] == [20] * rounds


def test_who_is_not_enlisted_yet_is_not_compared(shop: Shop) -> None:
    minutes = Minutes(shop)

    minutes.pass_(0)

    assert minutes.asked == 0


def test_an_older_agent_is_told_once_in_the_log(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    shop.adapters[f"https://{FINLAND}"] = FakeCountry(FINLAND, shop.clock, old=True).wire
    shop.start()
    shop.enlist()
    minutes = Minutes(shop)

    with caplog.at_level(logging.WARNING):
        for _ in range(4):
            minutes.pass_(EVERY_SECONDS)

    assert [it.message for it in caplog.records if "cannot be compared" in it.message] == [
        f"server {FINLAND} cannot be compared: old_agent"
    ]
    assert shop.grant(shop.register().user_id, "a", days=1).pending == []


def test_the_job_of_the_registry_compares(shop: Shop) -> None:
    shop.enlist()

    JOBS["agree"].make(shop.deps)()

    wait_until(lambda: shop.finland.agreement.asked == 1)


def test_on_request_all_servers_are_compared_and_repaired(shop: Shop) -> None:
    settle(shop, 3)
    shop.finland.users.pop("u1")
    shop.germany.wire.down = True

    told = agree(shop)

    by_address = {it.address: it for it in told.servers}
    assert by_address[FINLAND].missing == 1
    assert by_address["de.test:8443"].trouble == "unavailable"
    shop.heal()
    assert shop.finland.holds(1)


def test_a_request_may_name_one_server(shop: Shop) -> None:
    assert [it.address for it in agree(shop, address=FINLAND).servers] == [FINLAND]
    with pytest.raises(NotFound):
        agree(shop, address="nowhere:1")


def agree(shop: Shop, **asked: str) -> ServerAgreements:
    return shop.operator.post("/api/v1/servers/agree", AgreeRequest(**asked), ServerAgreements)
