"""The backends under test, and how each is had."""

import os
import socket
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from common.storage.connect import connect
from common.storage.protocol import Database
from tests.support.storage import raw_of
from tests.support.waiting import wait_until

MONGO_URL = os.environ.get("TEST_MONGO_URL", "")  # noqa: TID251 -- names the server to test against

JOINS_BOUNDS = "SecantusDB 0.7.0b3 joins two bounds over an index with lists, unlike MongoDB"
"""Its answer without the index is MongoDB's."""

ABSENT: dict[str, str] = {}
"""Why a backend that this suite can test is left out in this run."""
SECANTUS = Path(__file__).parents[2] / ".runtime" / "mongo" / "bin" / "secantusd-py"
"""Put there by `scripts/setup mongo`, in an environment of its own."""
if not SECANTUS.is_file():
    ABSENT["secantus"] = "SecantusDB is not installed: not run against its MongoDB wire server"
if not MONGO_URL:
    ABSENT["mongo"] = "no TEST_MONGO_URL: not run against a MongoDB server"

SHARED = [kind for kind in ("embedded", "secantus", "mongo") if kind not in ABSENT]
"""Those that several processes can open."""
ALL = [*SHARED, "mongomock"]


@contextmanager
def opened(url: str) -> Iterator[Database]:
    """A database of its own name, which is dropped afterwards."""
    found = connect(url, name=f"test_{uuid.uuid4().hex[:16]}")
    try:
        yield found
        if url.startswith("mongodb"):
            raw = raw_of(found)
            raw.client().drop_database(raw.name)
    finally:
        found.close()


@contextmanager
def secantus(home: Path) -> Iterator[str]:
    """A MongoDB wire server in a process of its own, which syncs what it acknowledges."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [str(SECANTUS), "--port", str(port), "--storage-path", str(home), "--sync-on-commit"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until(lambda: _listens(port), 30)
        yield f"mongodb://127.0.0.1:{port}/"
    finally:
        server.terminate()
        server.wait(30)


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
