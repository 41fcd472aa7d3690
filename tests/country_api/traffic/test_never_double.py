"""Whatever dies and whenever: what is counted is what the core counted until it was last read."""

import contextlib
import shutil
import tempfile
from datetime import date
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from typing_extensions import override

from country_api.core.client import CoreDown
from country_api.traffic.ledger import Ledger
from country_api.traffic.meter import Bytes, Meter
from tests.support.clock import FakeClock
from tests.support.counted_core import CountedCore

KEYS = st.sampled_from(["u1", "u2", "u30"])
AMOUNTS = st.integers(0, 10**9)
SUMS = dict[tuple[str, date], Bytes]


class AgentKilled(Exception):
    """In the midst of a read."""


def sums_of(ledger: Ledger) -> SUMS:
    rows, cursor, more = [], 0, True
    while more:
        page = ledger.since(cursor, 2)
        rows += page.rows
        cursor, more = page.cursor, page.more
    return {(row.key, row.day): (row.up, row.down) for row in rows}


def total(sums: SUMS, key: str) -> Bytes:
    mine = [there for (whose, _), there in sums.items() if whose == key]
    return sum(up for up, _ in mine), sum(down for _, down in mine)


class Counting(RuleBasedStateMachine):
    """`read`: by life, the counters of the last reading that was taken in."""

    def __init__(self) -> None:
        super().__init__()
        memory = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 -- mkdtemp below
        self.folder = Path(tempfile.mkdtemp(dir=memory))
        self.core, self.clock = CountedCore(), FakeClock()
        self.core.count("u1", 7, 7)  # before there was a file: nobody knows what it means
        self.read: dict[int, dict[str, Bytes]] = {}
        self.unknown = self.core.lives
        self.base: dict[str, Bytes] = {}
        self.before: SUMS = {}
        self.ledgers: list[Ledger] = []
        self.start_agent()
        sums_of(self.ledger)

    @rule()
    def start_agent(self) -> None:
        """The old one was killed: nothing of it is closed or finished."""
        self.meter = Meter(self.core, self.core.boot, self.core.monotonic)
        self.ledger = Ledger(self.folder / "traffic.sqlite3", self.meter.now, self.clock)
        self.ledgers.append(self.ledger)

    @rule(key=KEYS, up=AMOUNTS, down=AMOUNTS)
    def move_bytes(self, key: str, up: int, down: int) -> None:
        if self.core.up:
            self.core.count(key, up, down)

    @rule(seconds=st.floats(0.01, 90), clock=st.floats(-300_000, 300_000))
    def wait(self, seconds: float, clock: float) -> None:
        self.core.now += seconds
        self.clock.advance(seconds=clock)

    @rule()
    def kill_core(self) -> None:
        self.core.kill()

    @rule()
    def restart_core(self) -> None:
        self.core.start()

    @rule()
    def reboot(self) -> None:
        self.core.reboot()
        self.start_agent()

    @rule(devices=st.none() | st.dictionaries(KEYS, st.integers(0, 9)))
    def connect(self, devices: dict[str, int] | None) -> None:
        self.core.online = devices

    @rule(slow=st.sampled_from([0.0, 0.0, 0.3, 0.6]))
    def take(self, slow: float) -> None:
        self.core.slow = slow
        with contextlib.suppress(CoreDown):
            if self.ledger.take(self.meter.read):
                self.note()

    def note(self) -> None:
        life, counters = self.core.answered
        if life == self.unknown and not self.read and not self.base:
            self.base = counters
        self.read[life] = counters

    @rule(calls=st.integers(1, 3), age=st.floats(0, 30), amount=AMOUNTS)
    def restart_in_the_midst(self, calls: int, age: float, amount: float) -> None:
        def restart() -> None:
            self.core.start()
            self.core.now += age
            self.core.count("u1", int(amount), 1)

        self.core.moments = [*[lambda: None] * calls, restart]
        with contextlib.suppress(CoreDown):
            assert not self.ledger.take(self.meter.read)
        self.core.moments = []

    @rule(calls=st.integers(0, 3))
    def kill_agent_in_the_midst(self, calls: int) -> None:
        def kill() -> None:
            raise AgentKilled

        self.core.moments = [*[lambda: None] * calls, kill]
        with contextlib.suppress(CoreDown, AgentKilled):
            self.ledger.take(self.meter.read)
        self.core.moments = []
        self.start_agent()

    @invariant()
    def counted_exactly_what_was_read_and_nothing_went_back(self) -> None:
        sums = sums_of(self.ledger)
        for key in ("u1", "u2", "u30"):
            lives = [counters.get(key, (0, 0)) for counters in self.read.values()]
            lost = self.base.get(key, (0, 0))
            expected = (
                sum(up for up, _ in lives) - lost[0],
                sum(down for _, down in lives) - lost[1],
            )
            assert total(sums, key) == expected
            assert all(
                a <= b for a, b in zip(expected, self.core.truth.get(key, (0, 0)), strict=True)
            )
        assert all(sums[place] >= was for place, was in self.before.items())
        self.before = sums

    @override
    def teardown(self) -> None:
        for ledger in self.ledgers:
            ledger.close()
        shutil.rmtree(self.folder)


TestCounting = Counting.TestCase
TestCounting.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
