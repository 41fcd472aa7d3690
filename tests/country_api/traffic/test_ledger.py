"""The ledger's file: pages, days, devices, and what becomes of it when it is broken or filled."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from common.errors import Unavailable
from country_api.traffic.ledger import Ledger
from country_api.traffic.meter import Meter, count_devices
from models.traffic import TrafficDay
from tests.support.clock import FakeClock
from tests.support.counted_core import CountedCore


class Place:
    """A ledger, its meter, and a core that has lived long enough."""

    def __init__(self, file: Path) -> None:
        self.file, self.core, self.clock = file, CountedCore(), FakeClock()
        self.meter = Meter(self.core, self.core.boot, self.core.monotonic)
        self.ledger = Ledger(file, self.meter.now, self.clock)
        self.core.now += 60
        self.ledger.take(self.meter.read)

    def move(self, key: str, up: int = 1, down: int = 2) -> None:
        self.core.count(key, up, down)
        self.core.now += 10
        assert self.ledger.take(self.meter.read)

    def rows(self) -> list[TrafficDay]:
        return self.ledger.since(0).rows


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    place = Place(tmp_path / "traffic.sqlite3")
    yield place
    place.ledger.close()


def test_a_page_holds_what_has_changed_since_and_each_row_as_it_is_now(place: Place) -> None:
    for number in (1, 2, 3):
        place.move(f"u{number}", up=number)
    first = place.ledger.since(0, 2)
    place.move("u1", up=10)

    second = place.ledger.since(first.cursor, 2)
    third = place.ledger.since(second.cursor, 2)

    assert [row.key for row in first.rows] == ["u1", "u2"]
    assert first.more
    assert [(row.key, row.up) for row in second.rows] == [("u3", 3), ("u1", 11)]
    assert not second.more
    assert (third.rows, third.cursor, third.ledger) == ([], second.cursor, first.ledger)


def test_bytes_belong_to_the_day_on_which_they_were_read(place: Place) -> None:
    place.move("u1", up=5)
    place.clock.advance(days=1)
    place.move("u1", up=7)

    today = place.clock().date()
    found = {row.day: row.up for row in place.rows()}
    assert found == {today - timedelta(days=1): 5, today: 7}


def test_the_newest_hundred_days_stay_and_a_clock_that_runs_wild_takes_one(place: Place) -> None:
    for _ in range(103):
        place.clock.advance(days=1)
        place.move("u1")
    kept = sorted(row.day for row in place.rows())
    assert kept[0] == place.clock().date() - timedelta(days=99)
    place.clock.advance(days=20_000)
    place.move("u1")

    assert sorted(row.day for row in place.rows()) == [*kept[1:], place.clock().date()]


def test_devices_are_those_connected_now_and_the_most_of_the_day(place: Place) -> None:
    place.core.online = {"u1": 3, "u2": 1}
    place.move("u1")
    place.core.online = {"u1": 2}
    place.move("u1")
    place.core.online = {}
    place.core.now += 10
    place.ledger.take(place.meter.read)

    found = {row.key: (row.devices, row.most_devices, row.up) for row in place.rows()}
    assert found == {"u1": (0, 3, 2), "u2": (0, 1, 0)}


def test_who_left_while_the_agent_was_down_is_seen_to_be_gone(place: Place) -> None:
    place.core.online = {"u1": 3}
    place.move("u1")
    place.ledger.close()
    place.core.online = {}

    place.ledger = Ledger(place.file, place.meter.now, place.clock)
    place.ledger.take(place.meter.read)

    assert [row.devices for row in place.rows()] == [0]


def test_a_core_that_cannot_tell_devices_leaves_them_unknown(place: Place) -> None:
    place.core.online = {"u1": 3}
    place.move("u1")
    place.core.online = None
    place.move("u1")
    place.move("u2")

    found = {row.key: (row.devices, row.most_devices) for row in place.rows()}
    assert found == {"u1": (None, 3), "u2": (None, None)}


def test_the_last_traffic_of_a_user_outlives_restarts(place: Place) -> None:
    place.move("u1")
    moved = place.clock()
    place.clock.advance(hours=5)
    place.core.start()
    place.core.now += 60
    place.move("u2")
    place.ledger.close()
    place.ledger = Ledger(place.file, place.meter.now, place.clock)

    assert place.ledger.last_at("u1") == moved
    assert place.ledger.last_at("u2") == place.clock()
    assert place.ledger.last_at("u3") is None


def test_a_counter_set_to_zero_by_hand_counts_on_and_touches_nobody_else(place: Place) -> None:
    place.move("u1", up=100)
    place.move("u2", up=100)
    place.core.counted["u1"] = (0, 0)
    place.move("u1", up=30)

    assert {row.key: row.up for row in place.rows()} == {"u1": 130, "u2": 100}


def test_a_core_that_started_after_the_file_was_made_is_counted_from_its_start(
    tmp_path: Path,
) -> None:
    place = Place(tmp_path / "other.sqlite3")
    place.ledger.close()
    place.file.unlink()
    place.ledger = Ledger(place.file, place.meter.now, place.clock)
    place.ledger.since(0)
    place.core.now += 5
    place.core.start()
    place.core.now += 60
    place.move("u1", up=9)

    assert [row.up for row in place.rows()] == [9]
    place.ledger.close()


def test_a_broken_file_is_put_aside_and_a_new_ledger_begins_without_the_old_bytes(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    place.move("u1", up=100)
    old = place.ledger.since(0).ledger
    place.ledger.close()
    place.file.write_bytes(b"no database" * 500)

    with caplog.at_level(logging.ERROR), pytest.raises(Unavailable):
        place.ledger.since(0)
    assert place.ledger.take(place.meter.read)
    place.move("u1", up=3)

    page = place.ledger.since(0)
    assert page.ledger != old
    assert [row.up for row in page.rows] == [3]
    assert place.file.with_name("traffic.sqlite3.broken").exists()


def test_what_a_full_disk_did_not_take_is_counted_when_there_is_room(place: Place) -> None:
    place.move("u1", up=5)
    with place.ledger._file.writing() as db:
        pages = db.execute("PRAGMA page_count").fetchone()[0]
        db.execute(f"PRAGMA max_page_count = {pages}")
    place.core.now += 10
    for number in range(2, 2000):
        place.core.count(f"u{number}", 1, 1)
    with pytest.raises(Unavailable):
        place.ledger.take(place.meter.read)
    with place.ledger._file.writing() as db:
        db.execute("PRAGMA max_page_count = 100000")
    place.move("u1", up=5)

    page = place.ledger.since(0)
    assert len(page.rows) == 1999
    assert sum(row.up for row in page.rows) == 10 + 1998


def test_the_addresses_of_one_ipv6_network_are_one_device() -> None:
    assert count_devices(["203.0.113.7", "203.0.113.8"]) == 2
    assert count_devices(["2001:db8::1", "2001:db8::ffff:1", "2001:db8:0:1::1"]) == 2
    assert count_devices([]) == 0
