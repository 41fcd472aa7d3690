"""One whole shop for all flow tests: starting it costs seconds, and shops serve many people."""

from collections.abc import Iterator

import pytest

from sandbox.shop import Sandbox
from tests.support.admin_office import Day, opened


@pytest.fixture(scope="session")
def shop() -> Iterator[Sandbox]:
    with Sandbox.temporary() as sandbox:
        sandbox.start_all()
        yield sandbox


@pytest.fixture(scope="session")
def day(shop: Sandbox) -> Day:
    return opened(shop)
