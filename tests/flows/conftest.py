"""One whole shop for all flow tests: starting it costs seconds, and shops serve many people."""

from collections.abc import Iterator

import pytest

from sandbox.shop import Sandbox


@pytest.fixture(scope="session")
def shop() -> Iterator[Sandbox]:
    with Sandbox.temporary() as sandbox:
        sandbox.start_all()
        yield sandbox


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of them in one worker, in order: they share the shop."""
    for item in items:
        if "/flows/" in str(item.path):
            item.add_marker(pytest.mark.xdist_group("shop"))
