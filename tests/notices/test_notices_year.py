"""A year of random lives: none missing, none twice, none late, whatever is killed meanwhile."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest

from common.storage.connect import connect
from tests.notices.life import Person
from tests.notices.oracle import Expected, Oracle
from tests.notices.outages import random_outages
from tests.notices.reading import key_of, kind_of, understood_as, words_of
from tests.notices.world import Plan, World

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
YEAR = timedelta(days=365)
LATE = timedelta(seconds=60)
PEOPLE = 5
YEARS = (("America/New_York", 1, 0), ("Australia/Lord_Howe", 2, 40))
"""The host's zone, the seed, how often each process is away for a while; more may be added."""
IN_MEMORY = Path("/dev/shm")  # noqa: S108 -- a folder of our own is made there


@pytest.fixture
def host_zone(zone: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The host's clock changes twice a year, and nothing may depend on it."""
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    yield zone
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """In memory where the host has such a place: what a power cut does is tested elsewhere."""
    if not IN_MEMORY.is_dir():
        yield tmp_path
        return
    with TemporaryDirectory(dir=IN_MEMORY) as made:
        yield Path(made)


@dataclass
class Year:
    world: World
    people: list[Person]
    oracle: Oracle

    def expected(self, person: Person) -> list[Expected]:
        return self.oracle.expected(person.story, self.world.plan.end - LATE)


def lived(seed: int, folder: Path, *, outages: int) -> Year:
    rng = Random(seed)
    jobs, notify = (random_outages(rng, BEGIN, BEGIN + YEAR, outages) for _ in range(2))
    plan = Plan(BEGIN, BEGIN + YEAR, rng.choice([1, 3]), jobs, notify)
    main, notices = (connect(f"embedded://{folder}", name=name) for name in ("main", "notify"))
    world = World(plan, main, notices, rng)
    people = [Person(world, Random(f"{seed}/{number}"), number) for number in range(1, PEOPLE + 1)]
    by_tg_id = {person.tg_id: person for person in people}
    world.meanwhile = lambda tg_id: by_tg_id[tg_id].meanwhile()
    for person in people:
        world.at(BEGIN + timedelta(days=40 * rng.random()), person.begin)
    world.run()
    main.close()
    notices.close()
    return Year(world, people, Oracle(jobs, notify))


def compare(year: Year, person: Person) -> int:
    """How many he has received, all as they had to be."""
    expected = year.expected(person)
    received = [
        it for it in year.world.phones.received.get(person.tg_id, [])
        if it.at < year.world.plan.end - LATE
    ]  # fmt: skip
    for should in expected:
        if (
            not received
            or abs(received[0].at - should.at) > LATE
            or (kind_of(received[0].html) != understood_as(should.kind))
        ):
            assert should.contested or key_of(should, person.number) in year.world.unknown, (
                should,
                received[:1],
                person.story,
            )
            continue
        got = received.pop(0)
        assert all(word in got.html for word in words_of(should, got.at)), (should, got)
    assert received == []
    return len(expected)


@pytest.mark.usefixtures("host_zone")
@pytest.mark.parametrize(("zone", "seed", "outages"), YEARS)
def test_everybody_hears_what_he_must_in_time_and_once(
    seed: int, outages: int, folder: Path
) -> None:
    year = lived(seed, folder, outages=outages)

    told = [compare(year, person) for person in year.people]

    assert sum(told) > 12 * PEOPLE
    assert year.world.notify_fuse.kills + year.world.jobs_fuse.kills > 50
