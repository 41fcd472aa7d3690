"""Withholding is decided on the operator's word, and on bytes that were counted and have come."""

from datetime import timedelta

from main_api.traffic.limits import GIGABYTE
from main_api.withholding.looking import Looking
from models.codes import Withheld
from tests.support.asked import Asked
from tests.support.limited_shop import TRAFFIC, LimitedShop

BYTE = 1 / GIGABYTE
NOBODY: frozenset[Withheld] = frozenset()


def test_without_the_operators_word_nothing_is_ever_cut(limited: LimitedShop) -> None:
    limited.limit(devices=1, enforced=NOBODY)
    limited.use(1)
    limited.look()  # which also notes that she has connected
    before = limited.record(limited.user_id)
    limited.use(5000, devices=9)
    limited.look(30)

    assert limited.let_in == [True, True]
    assert limited.record(limited.user_id) == before
    assert limited.told() == []


def test_a_tariff_of_an_older_version_is_not_enforced(limited: LimitedShop) -> None:
    limited.deps.db["tariffs"].update_one({"_id": "m1"}, {"$unset": {"enforced": ""}})
    limited.use(5000)
    limited.look(3)

    assert limited.let_in == [True, True]
    assert {it.id: it.enforced for it in limited.bot.tariffs("ru").tariffs}["m1"] == []


def test_what_a_silent_server_has_counted_is_no_evidence_and_what_was_counted_stays_one(
    limited: LimitedShop,
) -> None:
    limited.finland.wire.down = True
    limited.use(100)
    limited.look(3)
    assert limited.let_in == [True, True]

    limited.finland.wire.down = False
    limited.look()
    assert limited.withheld == "traffic"
    limited.finland.wire.down = limited.germany.wire.down = True
    limited.look(30)
    assert limited.withheld == "traffic"
    limited.finland.wire.down = limited.germany.wire.down = False
    limited.look()
    assert limited.let_in == [False, False]


def test_enforced_alone_without_a_limit_cuts_nobody(limited: LimitedShop) -> None:
    limited.limit(traffic_gb=0, enforced=TRAFFIC)
    limited.use(5000)
    limited.look(2)

    assert limited.let_in == [True, True]


def test_days_are_added_up_also_those_that_a_server_told_late(limited: LimitedShop) -> None:
    for _ in range(3):
        limited.use(30)
        limited.look()
        limited.clock.advance(days=1)
    first = limited.clock().date() - timedelta(days=3)
    limited.use(10 - BYTE)
    limited.look()
    assert limited.let_in == [True, True]

    limited.germany.ledger.count(limited.user_id, first, down=1)
    limited.look(61)

    assert limited.let_in == [False, False]


def test_a_day_that_is_over_counts_on_past_midnight(limited: LimitedShop) -> None:
    midnight = limited.clock().replace(hour=0, minute=0) + timedelta(days=1)
    limited.clock.advance(seconds=(midnight - limited.clock()).total_seconds() - 90)
    limited.use(60)
    limited.look(5)
    limited.use(40)
    limited.look()

    assert limited.let_in == [False, False]


def test_to_look_at_many_asks_no_more_than_to_look_at_few(limited: LimitedShop) -> None:
    limited.use(99)
    limited.look()
    asked = Asked(limited.deps.db)
    looking = Looking(asked)
    few = [asked.questions(lambda: looking.look(limited.clock())) for _ in range(2)]
    for number in range(60):
        limited.register(2000 + number)
    many = asked.questions(lambda: looking.look(limited.clock()))

    assert many == few[1] <= few[0]
    limited.limit(enforced=NOBODY)
    assert asked.questions(lambda: looking.look(limited.clock())) == 2
