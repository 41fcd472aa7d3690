"""The mirror of the core's config does not work harder the more users change."""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from typing_extensions import override

from country_api.core.config import CoreKind, CorePlan
from country_api.core.config_file import NICE, ConfigFile
from country_api.mirror import REST, Mirror
from country_api.store import Store
from tests.support.clock import FakeClock
from tests.support.waiting import wait_until

WRITE_SECONDS = 0.01


class SlowFile(ConfigFile):
    """Counts its writes, each of which takes a while."""

    writes = 0

    @override
    def write(self, users_now: Callable[[], Mapping[str, str]]) -> None:
        self.writes += 1
        time.sleep(WRITE_SECONDS)
        super().write(users_now)


@pytest.fixture
def file(tmp_path: Path) -> SlowFile:
    plan = CorePlan(CoreKind.V2RAY, "127.0.0.1:1", "127.0.0.1", 2)
    return SlowFile(tmp_path / "core.json", plan)


@pytest.fixture
def mirror(file: SlowFile, tmp_path: Path) -> Iterator[Mirror]:
    store = Store(tmp_path / "country_api.sqlite3")
    made = Mirror(file, store, FakeClock())
    made.start()
    yield made
    made.stop()
    store.close()


def test_between_writes_it_rests_many_times_as_long_as_one_takes(
    mirror: Mirror, file: SlowFile
) -> None:
    began, before = time.monotonic(), file.writes
    while time.monotonic() - began < REST * WRITE_SECONDS / 2:
        mirror.touch()
        time.sleep(0.01)

    assert file.writes - before <= 2


def test_it_rests_no_longer_than_it_was_told(file: SlowFile, tmp_path: Path) -> None:
    store = Store(tmp_path / "country_api.sqlite3")
    mirror = Mirror(file, store, FakeClock(), longest_rest_s=REST * WRITE_SECONDS / 10)
    mirror.start()
    began, before = time.monotonic(), file.writes
    while time.monotonic() - began < REST * WRITE_SECONDS:
        mirror.touch()
        time.sleep(0.01)
    mirror.stop()
    store.close()

    assert file.writes - before >= 3


def test_the_core_tests_a_file_after_those_who_wait_for_an_answer(tmp_path: Path) -> None:
    core = tmp_path / "core"
    core.write_text(f"#!/bin/sh\nnice > {tmp_path}/niceness\n")
    core.chmod(0o755)
    plan = CorePlan(CoreKind.V2RAY, "127.0.0.1:1", "127.0.0.1", 2)

    ConfigFile(tmp_path / "core.json", plan, core).write(dict)

    assert (tmp_path / "niceness").read_text() == f"{min(19, os.nice(0) + int(NICE))}\n"


def test_what_was_touched_during_a_rest_is_written_at_the_end(
    mirror: Mirror, file: SlowFile
) -> None:
    mirror.touch()
    wait_until(lambda: file.writes >= 2)
    mirror.touch()
    seen = file.writes
    mirror.stop()

    assert file.writes > seen
