"""Too many devices for too long: a pause of ten minutes."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from main_api.withholding.crowds import LONG, Crowds
from tests.support.fake_country import FakeCountry
from tests.support.limited_shop import DEVICES, LimitedShop

MINUTES = int(LONG / timedelta(minutes=1))
START = datetime.fromisoformat("2026-11-21T12:00:00+00:00")


@pytest.fixture
def limited(tmp_path: Path) -> Iterator[LimitedShop]:
    limited = LimitedShop(tmp_path, devices=2, enforced=DEVICES)
    yield limited
    limited.close()


def connect(limited: LimitedShop, devices: int, server: FakeCountry | None = None) -> None:
    limited.use(0.001, server, devices=devices)


def test_who_has_too_many_for_long_is_paused_for_ten_minutes_and_told(
    limited: LimitedShop,
) -> None:
    end = limited.end()
    connect(limited, 3)
    limited.look(MINUTES)
    assert limited.let_in == [True, True]
    limited.look()
    assert limited.let_in == [False, False]
    assert limited.end() == end
    (notice,) = limited.told()
    assert notice.params == {"why": "devices", "limit": 2, "until_ms": limited.ms() + 600_000}

    connect(limited, 0)
    limited.look(9)
    assert limited.let_in == [False, False]
    limited.look()
    assert limited.let_in == [True, True]


def test_who_goes_on_is_paused_again_and_told_once_a_day(limited: LimitedShop) -> None:
    pauses = 0
    for _ in range(3):
        connect(limited, 5)
        limited.look(MINUTES + 1)
        pauses += limited.withheld == "devices"
        connect(limited, 0)
        limited.look(10)

    assert pauses == 3
    assert len(limited.told()) == 1
    limited.clock.advance(days=1)
    connect(limited, 5)
    limited.look(MINUTES + 1)
    assert len(limited.told()) == 2


def test_one_look_within_the_limit_begins_anew(limited: LimitedShop) -> None:
    for _ in range(4):
        connect(limited, 3)
        limited.look(MINUTES)
        connect(limited, 2)
        limited.look()

    assert limited.let_in == [True, True]
    assert limited.told() == []


def test_one_device_on_every_server_is_not_several(limited: LimitedShop) -> None:
    connect(limited, 2)
    connect(limited, 2, limited.germany)
    limited.look(3 * MINUTES)

    assert limited.let_in == [True, True]


def test_a_server_that_is_not_heard_of_tells_nothing(limited: LimitedShop) -> None:
    connect(limited, 3)
    limited.look(2)
    limited.finland.wire.down = True
    limited.look(3 * MINUTES)

    assert limited.withheld is None


def test_what_a_lost_ledger_once_said_is_not_now(limited: LimitedShop) -> None:
    connect(limited, 3)
    limited.clock.advance(hours=2)
    limited.look(2)
    limited.finland.ledger.lose()
    connect(limited, 1)
    limited.look(3 * MINUTES)

    assert limited.withheld is None


def test_who_stays_connected_past_midnight_is_still_seen(limited: LimitedShop) -> None:
    midnight = limited.clock().replace(hour=0, minute=0) + timedelta(days=1)
    connect(limited, 3)
    limited.clock.advance(seconds=(midnight - limited.clock()).total_seconds() - 120)
    limited.look(MINUTES + 1)

    assert limited.withheld == "devices"


def test_a_raised_limit_and_the_end_of_enforcement_give_him_back_before_time(
    limited: LimitedShop,
) -> None:
    for word in ({"devices": 4}, {"enforced": frozenset[str]()}):
        connect(limited, 9)
        limited.look(MINUTES + 1)
        assert limited.let_in == [False, False]
        connect(limited, 0)
        limited.limit(**word)
        limited.look()
        assert limited.let_in == [True, True]


def test_a_quota_that_is_used_up_as_well_keeps_him_away_for_longer(limited: LimitedShop) -> None:
    connect(limited, 3)
    limited.look(MINUTES + 1)
    assert limited.withheld == "devices"
    limited.limit(traffic_gb=1, enforced={"traffic", "devices"})
    limited.use(1, devices=0)
    limited.look(30)

    assert limited.withheld == "traffic"
    assert [notice.params["why"] for notice in limited.told()] == ["devices", "traffic"]


def test_looks_too_far_apart_or_back_in_time_prove_nothing_of_what_was_between() -> None:
    crowds = Crowds()
    assert crowds.look([1], START) == set()
    assert crowds.look([1], START + timedelta(hours=1)) == set()
    assert crowds.look([1], START) == set()
    for minute in range(1, MINUTES):
        assert crowds.look([1, 2], START + timedelta(minutes=minute)) == set()

    assert crowds.look([1, 2], START + LONG) == {1}
