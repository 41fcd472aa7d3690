"""The thread that counts: it goes on through a core that is away and a file that does not work."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from country_api.traffic.ledger import Ledger
from country_api.traffic.meter import Meter
from country_api.traffic.recorder import Recorder
from tests.support.clock import FakeClock
from tests.support.counted_core import CountedCore
from tests.support.waiting import wait_until


@pytest.fixture
def core() -> CountedCore:
    return CountedCore()


@pytest.fixture
def ledger(core: CountedCore, tmp_path: Path) -> Iterator[Ledger]:
    with recording(core, tmp_path / "traffic.sqlite3") as ledger:
        yield ledger


@contextmanager
def recording(core: CountedCore, file: Path) -> Iterator[Ledger]:
    meter = Meter(core, core.boot, core.monotonic)
    ledger = Ledger(file, meter.now, FakeClock())
    core.now += 60
    recorder = Recorder(meter, ledger, every_seconds=0.02)
    recorder.start()
    try:
        yield ledger
    finally:
        recorder.stop()
        ledger.close()


def counted(ledger: Ledger) -> list[int]:
    return [row.up for row in ledger.since(0).rows]


def read_once(core: CountedCore, ledger: Ledger) -> None:
    """The first reading takes what is there as known."""
    wait_until(lambda: ledger.since(0).cursor > 0)
    core.count("u1", 5, 0)


def test_it_reads_again_and_again(core: CountedCore, ledger: Ledger) -> None:
    read_once(core, ledger)
    wait_until(lambda: counted(ledger) == [5])
    core.count("u1", 6, 0)
    wait_until(lambda: counted(ledger) == [11])


def test_it_goes_on_when_the_core_is_back(core: CountedCore, ledger: Ledger) -> None:
    read_once(core, ledger)
    wait_until(lambda: counted(ledger) == [5])
    core.kill()
    core.start()
    core.now += 60
    core.count("u1", 6, 0)
    wait_until(lambda: counted(ledger) == [11])


def test_it_begins_when_the_file_can_be_opened_and_tells_of_the_trouble_once(
    core: CountedCore, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "not yet"
    file.mkdir()
    with caplog.at_level(logging.WARNING), recording(core, file) as ledger:
        wait_until(lambda: "traffic is not counted" in caplog.text)
        file.rmdir()
        wait_until(lambda: "traffic is counted" in caplog.text)
        read_once(core, ledger)
        wait_until(lambda: counted(ledger) == [5])

    assert caplog.text.count("traffic is not counted") == 1
