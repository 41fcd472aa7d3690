"""A shop with a quota of 100 GB that is enforced."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.limited_shop import TRAFFIC, LimitedShop


@pytest.fixture
def limited(tmp_path: Path) -> Iterator[LimitedShop]:
    limited = LimitedShop(tmp_path, traffic_gb=100, enforced=TRAFFIC)
    yield limited
    limited.close()
