"""A till for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.storage import mongomock_database
from tests.support.till import Till


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Till]:
    till = Till(tmp_path, db=mongomock_database())
    yield till
    till.close()


@pytest.fixture
def disk_till(tmp_path: Path) -> Iterator[Till]:
    """On the embedded database, for what happens at once."""
    till = Till(tmp_path)
    yield till
    till.close()
