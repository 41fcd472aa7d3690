"""Threads that wait for their turn to write share one transaction, and each has its own outcome."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from common.storage.connect import connect
from common.storage.embedded.session import Session
from common.storage.embedded.sessions import Sessions
from common.storage.protocol import Database, DuplicateKeyError, StorageUnavailable
from tests.support.storage import raw_of
from tests.support.waiting import wait_until

Write = Callable[[], Any]


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Database]:
    database = connect(f"embedded://{tmp_path}", name="test_together")
    database["things"].insert_one({"_id": "first"})
    yield database
    database.close()


@contextmanager
def _in_line(database: Database, *writes: Write) -> Iterator[list[Future[Any]]]:
    """While the block runs, all wait in this order behind a writer who is not done yet."""
    sessions = _sessions(database)
    with ThreadPoolExecutor(len(writes)) as threads, sessions.writing():
        waiting: list[Future[Any]] = []
        for write in writes:
            waiting.append(threads.submit(write))
            wait_until(lambda: len(sessions._turnstile._waiting) == len(waiting))
        yield waiting


def _sessions(database: Database) -> Sessions:
    sessions: Sessions = raw_of(database).sessions
    return sessions


def _insert(database: Database, identity: object) -> Write:
    return lambda: database["things"].insert_one({"_id": identity}).inserted_id


def _write(database: Database, work: Callable[[Session], Any]) -> Write:
    return lambda: _sessions(database).write(work)


def _ids(database: Database) -> list[object]:
    return [it["_id"] for it in database["things"].find({}, sort=[("_id", 1)])]


def test_who_waits_is_written_by_the_first_of_the_line_in_the_order_of_coming(
    file: Database,
) -> None:
    order: list[tuple[int, int]] = []

    def note(number: int) -> Write:
        return _write(file, lambda _: order.append((number, threading.get_ident())))

    with _in_line(file, *(note(number) for number in range(6))):
        pass

    assert [number for number, _ in order] == list(range(6))
    assert len({thread for _, thread in order}) == 1


def test_they_see_each_others_writes_and_nobody_else_does_before_all_are_committed(
    file: Database,
) -> None:
    seen: list[tuple[list[object], int]] = []

    def look(session: Session) -> None:
        ((count,),) = session.query("SELECT count(*) FROM documents_1")
        with ThreadPoolExecutor(1) as outside:
            seen.append((outside.submit(_ids, file).result(), count))

    with _in_line(file, _insert(file, 1), _insert(file, 2), _write(file, look)):
        pass

    assert seen == [(["first"], 3)]
    assert _ids(file) == [1, 2, "first"]


def test_one_that_is_refused_costs_nobody_else_his_write(file: Database) -> None:
    with _in_line(file, *(_insert(file, it) for it in (1, 2, "first", 3, 2, 4))) as waiting:
        pass

    errors = [type(it.exception()) for it in waiting]
    nothing = type(None)
    assert errors == [nothing, nothing, DuplicateKeyError, nothing, DuplicateKeyError, nothing]
    assert _ids(file) == [1, 2, 3, 4, "first"]


def test_what_one_wrote_before_it_failed_is_undone_with_its_new_collection(file: Database) -> None:
    def half(session: Session) -> None:
        file_collection = raw_of(file)["new"]
        file_collection._insert(session, {"_id": 1})
        raise ValueError("half way")

    def insert_new() -> None:
        file["new"].insert_one({"_id": 2})

    with _in_line(file, _insert(file, 1), _write(file, half), insert_new) as waiting:
        pass

    with pytest.raises(ValueError, match="half way"):
        waiting[1].result()
    assert [it["_id"] for it in file["new"].find({})] == [2]
    assert _ids(file) == [1, "first"]


@pytest.mark.parametrize("place", [0, 2, 4])
def test_when_the_whole_is_undone_all_are_told_and_nothing_is_there(
    file: Database, place: int
) -> None:
    """As SQLite does after some errors, such as of a full disk."""
    writes = [_insert(file, it) for it in range(4)]
    writes.insert(place, _write(file, lambda session: session.undo()))

    with _in_line(file, *writes) as waiting:
        pass

    failed = [number for number, it in enumerate(waiting) if it.exception()]
    written = [number for number in range(4) if number in _ids(file)]
    assert all(isinstance(it.exception(), StorageUnavailable) for it in waiting if it.exception())
    assert failed == [0, 1, 2, 3, 4]
    assert written == []
    _insert(file, "afterwards")()
    assert _ids(file) == ["afterwards", "first"]


def test_who_loses_patience_is_not_written_later(file: Database) -> None:
    def hurried() -> None:
        _sessions(file).current().patience_s = 0.05
        file["things"].insert_one({"_id": "late"})

    with _sessions(file).writing(), ThreadPoolExecutor(1) as threads:
        outcome = threads.submit(hurried).exception(timeout=30)
    assert isinstance(outcome, StorageUnavailable)

    _insert(file, 1)()
    assert _ids(file) == [1, "first"]


def test_a_writer_who_needs_the_turn_alone_is_not_taken_along(file: Database) -> None:
    together: list[bool] = []

    def alone() -> None:
        with _sessions(file).writing() as session:
            together.append(bool(session.query("SELECT 1 FROM documents_1 WHERE seq > 3")))

    with _in_line(file, _insert(file, 1), _insert(file, 2), alone, _insert(file, 3)):
        pass

    assert together == [False]
    assert _ids(file) == [1, 2, 3, "first"]


def test_when_one_cannot_be_undone_alone_the_whole_is_undone(file: Database) -> None:
    def lose_the_savepoint(session: Session) -> None:
        raw_of(file)["things"]._insert(session, {"_id": "half"})
        session.sql.execute("RELEASE one_of_several")

    with _in_line(
        file, _insert(file, 1), _write(file, lose_the_savepoint), _insert(file, 2)
    ) as waiting:
        pass

    assert all(isinstance(it.exception(), StorageUnavailable) for it in waiting)
    assert _ids(file) == ["first"]
