"""verify, reindex, backup and copy, as an operator calls them."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from common.storage.__main__ import main
from common.storage.connect import backend, connect
from common.storage.copying import copy
from common.storage.protocol import Database
from tests.support.storage import mongomock_database, raw_of

Shop = tuple[str, Database]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """A database with some of everything, and its url."""
    url = f"embedded://{tmp_path}/state"
    database = connect(url, name="shop")
    users, orders = database["users"], database["orders"]
    users.create_index([("name", 1)], unique=True)
    users.create_index([("tags", 1), ("_id", -1)])
    orders.create_index([("user", 1), ("at", -1)])
    users.insert_many(
        {"_id": n, "name": f"n{n}", "tags": ["a", "b"][: n % 3], "sub": {"z": 1, "a": n}}
        for n in range(1200)
    )
    orders.insert_many({"_id": f"o{n}", "user": n % 7, "at": n} for n in range(50))
    yield url, database
    database.close()


def _spoil(database: Database, statement: str) -> None:
    with raw_of(database).sessions.writing() as session:
        session.sql.execute(statement)


def test_a_sound_database_verifies(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", shop[0]]) == 0
    assert capsys.readouterr().out == "shop: 1250 documents, 3 indexes, ok\n"


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("DELETE FROM entries_1 WHERE seq = 3", "an entry is missing"),
        ("DELETE FROM entries_2 WHERE seq = 2", "an entry is missing"),
        ("UPDATE entries_1 SET seq = 4 WHERE seq = 3", "an entry is missing"),
        ("INSERT INTO entries_3 VALUES (x'11', x'12', 1)", "51 entries instead of 50"),
        ("UPDATE documents_1 SET id = x'2099' WHERE seq = 9", "stored under another _id"),
        ("UPDATE indexes SET multikey = 0", "an unexpected list"),
    ],
)
def test_damage_to_what_is_derived_is_found_and_mended(
    shop: Shop, statement: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    url, database = shop
    before = list(database["users"].find({}, sort=[("name", 1)]))
    _spoil(database, statement)

    assert main(["verify", url]) == 1
    assert told in capsys.readouterr().out
    assert main(["reindex", url]) == 0
    assert main(["verify", url]) == 0
    assert list(database["users"].find({}, sort=[("name", 1)])) == before


def test_an_unreadable_document_is_found(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    _spoil(shop[1], "UPDATE documents_1 SET body = x'0102' WHERE seq = 9")

    assert main(["verify", shop[0]]) == 1
    assert "users, row 9: no readable document" in capsys.readouterr().out
    assert main(["reindex", shop[0]]) == 3
    assert capsys.readouterr().err == "storage: a stored document is damaged\n"


def test_a_reindex_that_uniqueness_forbids_changes_nothing(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    url, database = shop
    twin = "(SELECT body FROM documents_1 WHERE seq = 1)"
    _spoil(database, f"INSERT INTO documents_1 (id, body) VALUES (x'01', {twin})")  # noqa: S608 -- a constant

    assert main(["reindex", url]) != 0
    assert "\n" not in capsys.readouterr().err.strip()
    assert database["users"].count_documents({"name": "n5"}) == 1


def test_damaged_pages_are_told_without_a_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"embedded://{tmp_path}"
    database = connect(url, name="shop")
    database["users"].insert_many({"_id": n, "pad": "x" * 500} for n in range(100))
    database.close()
    file = tmp_path / "shop.db"
    content = bytearray(file.read_bytes())
    content[4096 * 6 : 4096 * 9] = b"\xa5" * (4096 * 3)
    file.write_bytes(content)

    assert main(["verify", url]) in (1, 3)
    printed = capsys.readouterr()
    assert "SQLite" in printed.out or "SQLITE_CORRUPT" in printed.err


def test_a_backup_made_amid_writes_is_whole(shop: Shop, tmp_path: Path) -> None:
    url, database = shop
    stop = threading.Event()

    def write() -> None:
        for n in range(100_000):
            if stop.is_set():
                return
            database["users"].insert_one({"_id": f"late{n}", "name": f"late{n}", "tags": []})

    writer = threading.Thread(target=write)
    writer.start()
    try:
        code = main(["backup", url, str(tmp_path / "backup")])
    finally:
        stop.set()
        writer.join()

    assert code == 0
    copied = f"embedded://{tmp_path}/backup"
    assert main(["verify", copied]) == 0
    restored = connect(copied, name="shop")
    assert restored["users"].count_documents({"_id": {"$gte": 0}}) == 1200
    assert (tmp_path / "backup" / "shop.db").stat().st_mode & 0o777 == 0o600
    late = sorted(int(d["_id"][4:]) for d in restored["users"].find({"_id": {"$gte": "late"}}))
    assert late == list(range(len(late)))
    restored.close()


def test_a_backup_never_overwrites(
    shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["backup", shop[0], str(tmp_path / "backup")]

    assert main(arguments) == 0
    assert main(arguments) == 3
    assert "exists already" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "backup").iterdir()] == ["shop.db"]


def test_a_copy_holds_the_same_documents_and_indexes(
    shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url, target = shop[0], f"embedded://{tmp_path}/new"

    assert main(["copy", url, target]) == 0
    assert capsys.readouterr().out == "shop: 1250 documents, the same on both sides\n"
    source, copied = (backend(at, name="shop") for at in (url, target))
    assert copied.indexes("users") == source.indexes("users")
    assert main(["verify", target]) == 0
    source.close()
    copied.close()


def test_a_broken_copy_is_finished_by_repeating_it(shop: Shop) -> None:
    goal = mongomock_database()
    copy(raw_of(shop[1]), raw_of(goal))
    goal["users"].delete_many({"_id": {"$gte": 700}})
    goal["users"].update_one({"_id": 3}, {"$set": {"name": "outdated"}})

    count, problems = copy(raw_of(shop[1]), raw_of(goal))

    assert (count, problems) == (1250, [])
    assert list(goal["users"].find({}, sort=[("_id", 1)])) == list(
        shop[1]["users"].find({}, sort=[("_id", 1)])
    )


def test_a_copy_tells_of_what_only_the_target_has(shop: Shop) -> None:
    goal = mongomock_database()
    goal["users"].insert_one({"_id": "stranger", "name": "stranger"})

    _, problems = copy(raw_of(shop[1]), raw_of(goal))

    assert problems == ["users: 1200 documents here, 1201 there, and they are not the same"]
    assert goal["users"].find_one({"_id": "stranger"}) is not None


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["verify", "embedded:///nowhere/at/all"], 3, "no database"),
        (["backup", "embedded:///nowhere/at/all", "/tmp/x"], 3, "no database"),  # noqa: S108 -- never made
        (["verify", "redis://x"], 2, "a database url must begin with"),
        (["verify", "mongodb://x"], 2, "a database url must begin with embedded"),
        (["copy", "mongodb://x", "embedded:///nowhere"], 2, "--name"),
        (["copy", "mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=50", "embedded:///nowhere",
          "--name", "shop"], 3, "MongoDB"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_one_line(
    arguments: list[str], code: int, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == code
    printed = capsys.readouterr().err
    assert printed.startswith("storage: ")
    assert told in printed
    assert printed.count("\n") == 1
    assert not Path("/nowhere").exists()


def test_it_runs_as_a_module(shop: Shop) -> None:
    command = [sys.executable, "-m", "common.storage", "verify", shop[0]]

    ended = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)

    assert (ended.returncode, ended.stdout) == (0, "shop: 1250 documents, 3 indexes, ok\n")
