"""A house of its own for each test; the emulator's server is shared, its world is new."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.common.telegram.emulated import Telegram, telegram
from tests.notify_service.house import House, house


@pytest.fixture(name="telegram")
def _telegram() -> Iterator[Telegram]:
    with telegram() as running:
        yield running


@pytest.fixture(name="house")
def _house(telegram: Telegram, tmp_path: Path) -> Iterator[House]:
    with house(telegram, tmp_path) as built:
        yield built
