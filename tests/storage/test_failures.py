"""A full disk, a foreign file, a lock that never opens, a network disk: one error, nothing half."""

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from common.storage.connect import connect
from common.storage.embedded import filesystem
from common.storage.protocol import Database, StorageUnavailable
from tests.support.storage import raw_of

_FULL = """
import json, resource, sys
from common.storage.connect import connect
from common.storage.protocol import StorageUnavailable

database = connect(sys.argv[1], name="test_full")
things = database["things"]
things.create_index([("n", 1)], unique=True)
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))
stored, refused = 0, 0
for n in range(60):
    try:
        things.insert_one({"_id": n, "n": n, "pad": "x" * 20_000})
        stored += 1
    except StorageUnavailable as error:
        refused += 1
many = "taken"
try:
    things.insert_many({"_id": 1000 + n, "n": 1000 + n, "pad": "x" * 20_000} for n in range(60))
except StorageUnavailable:
    many = "refused"
print(json.dumps([stored, refused, many, things.count_documents({})]))
"""


def test_a_full_disk_is_unavailable_and_leaves_nothing_half_written(tmp_path: Path) -> None:
    """The limit of a file's size stands for the disk's end."""
    command = [sys.executable, "-c", _FULL, f"embedded://{tmp_path}"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)

    assert ended.returncode == 0, ended.stderr
    stored, refused, many, seen = json.loads(ended.stdout)
    assert stored > 3
    assert refused > 3
    assert many == "refused"
    after = connect(f"embedded://{tmp_path}", name="test_full")
    assert after["things"].count_documents({}) == seen == stored
    assert after["things"].count_documents({"n": {"$gte": 0}}) == stored
    after["things"].insert_one({"_id": "room again", "n": -1})
    after.close()


def test_a_foreign_file_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("no database at all, but long enough to look like one" * 50)
    other = sqlite3.connect(tmp_path / "other.db")
    other.execute("CREATE TABLE theirs (a)")
    other.close()

    for name in ("text", "other"):
        database = connect(f"embedded://{tmp_path}", name=name)
        with pytest.raises(StorageUnavailable):
            database["things"].insert_one({"_id": 1})
        with pytest.raises(StorageUnavailable):
            database.ping()
    other = sqlite3.connect(tmp_path / "other.db")
    assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("theirs",)]
    other.close()


def test_a_newer_format_is_left_alone(embedded: Database) -> None:
    with raw_of(embedded).sessions.writing() as session:
        session.sql.execute("UPDATE format SET version = 99")
    embedded.close()

    with pytest.raises(StorageUnavailable, match="format 99"):
        embedded["things"].find_one({})


def test_a_lock_that_never_opens_is_unavailable(tmp_path: Path) -> None:
    database = connect(f"embedded://{tmp_path}", name="test_locked")
    database.ping()
    holder = sqlite3.connect(tmp_path / "test_locked.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    sessions = raw_of(database).sessions
    sessions.current().patience_s = 0.05

    with pytest.raises(StorageUnavailable, match="SQLITE_BUSY"):
        database["things"].insert_one({"_id": 1})
    assert database["things"].find_one({}) is None  # readers do not wait
    holder.close()
    database["things"].insert_one({"_id": 1})
    database.close()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission_is_unavailable(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)

    with pytest.raises(StorageUnavailable):
        connect(f"embedded://{tmp_path}/state", name="test_x").ping()


def test_a_folder_that_cannot_be_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(StorageUnavailable):
        connect(f"embedded://{tmp_path}/file/state", name="test_x").ping()


def test_a_mongodb_that_is_away_is_unavailable() -> None:
    database = connect("mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=50", name="test_x")

    for attempt in (
        database.ping,
        lambda: database["things"].find_one({}),
        lambda: list(database["things"].find({})),
        lambda: database["things"].insert_one({"_id": 1}),
    ):
        with pytest.raises(StorageUnavailable):
            attempt()
    database.close()


def test_nobody_else_may_read_the_files(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    database = connect(f"embedded://{folder}", name="test_mode")
    database["things"].insert_one({"_id": 1})

    modes = {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}
    assert modes == dict.fromkeys(("test_mode.db", "test_mode.db-wal", "test_mode.db-shm"), 0o600)
    assert folder.stat().st_mode & 0o777 == 0o700
    database.close()


_MOUNTS = """\
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw
40 27 0:40 / /mnt/nas rw,relatime shared:1 - nfs4 nas:/export rw
41 40 0:41 / /mnt/nas/local rw - xfs /dev/vdb rw
42 27 0:42 / /mnt/with\\040space rw - fuse.sshfs host: rw
43 27 0:43 / /srv rw - ext4 /dev/vdc rw
44 27 0:44 / /srv rw - cifs //nas/srv rw
garbage
"""


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/var/lib/keyland", "ext4"),
        ("/mnt/nas/keyland", "nfs4"),
        ("/mnt/nasty", "ext4"),
        ("/mnt/nas/local/x", "xfs"),
        ("/mnt/with space/x", "fuse.sshfs"),
        ("/srv", "cifs"),
    ],
)
def test_a_network_file_system_is_known_by_the_innermost_mount(folder: str, kind: str) -> None:
    assert filesystem.filesystem_of(Path(folder), _MOUNTS) == kind
    if kind in ("ext4", "xfs"):
        filesystem.refuse_network(Path(folder), _MOUNTS)
    else:
        with pytest.raises(StorageUnavailable, match=kind):
            filesystem.refuse_network(Path(folder), _MOUNTS)


def test_where_mounts_are_not_told_nothing_is_refused() -> None:
    filesystem.refuse_network(Path("/anywhere"), "")


def test_closing_waits_for_writes_under_way_and_never_crashes(tmp_path: Path) -> None:
    """In a process of its own: what is feared is a crash of the interpreter."""
    ended = subprocess.run(
        [sys.executable, "-c", _CLOSED_WHILE_WRITING, f"embedded://{tmp_path}"],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert (ended.returncode, ended.stderr) == (0, "")
    assert int(ended.stdout) > 0


_CLOSED_WHILE_WRITING = """
import sys, threading, time
from common.storage.connect import connect
from common.storage.protocol import StorageUnavailable

database, stop, written = connect(sys.argv[1], name="test_close"), threading.Event(), []

def write(worker):
    while not stop.is_set():
        try:
            database["things"].insert_one({"_id": f"{worker}-{time.monotonic_ns()}"})
            written.append(1)
        except StorageUnavailable:
            pass

threads = [threading.Thread(target=write, args=(n,)) for n in range(4)]
for thread in threads:
    thread.start()
for _ in range(150):
    time.sleep(0.005)
    database.close()
stop.set()
for thread in threads:
    thread.join()
print(len(written))
"""
