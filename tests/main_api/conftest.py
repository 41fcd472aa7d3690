"""A shop for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.shop import Shop
from tests.support.till import Till


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    shop = Shop(tmp_path)
    yield shop
    shop.close()


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Till]:
    till = Till(tmp_path)
    yield till
    till.close()
