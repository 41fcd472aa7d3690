"""The backends under test, and how each is had."""

import importlib.util
import os
import socket
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from common.storage.connect import connect
from common.storage.protocol import Database
from tests.support.storage import raw_of

MONGO_URL = os.environ.get("TEST_MONGO_URL", "")  # noqa: TID251 -- names the server to test against

JOINS_BOUNDS = "SecantusDB 0.7.0b3 joins two bounds over an index with lists, unlike MongoDB"
"""Its answer without the index is MongoDB's."""

ABSENT: dict[str, str] = {}
"""Why a backend that this suite can test is left out in this run."""
if importlib.util.find_spec("secantus") is None:
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
    yield found
    if url.startswith("mongodb"):
        raw = raw_of(found)
        raw.client().drop_database(raw.name)
    found.close()


@contextmanager
def secantus(home: Path) -> Iterator[str]:
    """A MongoDB wire server in a process of its own, which syncs what it acknowledges."""
    program = str(Path(sys.executable).with_name("secantusd-py"))
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [program, "--port", str(port), "--storage-path", str(home), "--sync-on-commit"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield f"mongodb://127.0.0.1:{port}/"
    finally:
        server.terminate()
        server.wait(10)
