"""A running emulator on a free port, its people, and the real client library."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sandbox.telegram.running import Running, running_emulator


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Running]:
    with running_emulator(tmp_path / "offset") as running:
        yield running
