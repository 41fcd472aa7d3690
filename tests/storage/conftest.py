"""Every contract test runs over every backend that can be had."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from common.storage.connect import connect
from common.storage.protocol import Collection, Database
from tests.storage import backends
from tests.support.storage import mongomock_database


@pytest.fixture(scope="session")
def secantus_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with backends.secantus(tmp_path_factory.mktemp("secantus")) as url:
        yield url


@pytest.fixture(params=backends.SHARED)
def shared_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The url of a backend that several processes can open."""
    return _url(request.param, request, tmp_path)


@pytest.fixture(params=backends.ALL)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if request.param == "mongomock":
        yield mongomock_database()
    else:
        with backends.opened(_url(request.param, request, tmp_path)) as opened:
            yield opened


def _url(kind: str, request: pytest.FixtureRequest, folder: Path) -> str:
    if kind == "secantus":
        return str(request.getfixturevalue("secantus_url"))
    return backends.MONGO_URL if kind == "mongo" else f"embedded://{folder}/state"


@pytest.fixture
def things(database: Database) -> Collection:
    return database["things"]


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[Database]:
    opened = connect(f"embedded://{tmp_path}/state", name="test_embedded")
    yield opened
    opened.close()
