"""A Telegram of its own for each test."""

from collections.abc import Iterator

import pytest

from tests.common.telegram.emulated import Elapsed, Telegram, telegram


@pytest.fixture(name="telegram")
def _telegram() -> Iterator[Telegram]:
    with telegram() as running:
        yield running


@pytest.fixture
def elapsed() -> Elapsed:
    return Elapsed()
