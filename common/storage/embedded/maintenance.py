"""Checks a file against itself, rebuilds its indexes, and backs it up while it is in use."""
# ruff: noqa: S608 -- the names of tables are ours, made of numbers

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, final

from common.storage.embedded import indexing, rows
from common.storage.embedded.catalogue import Index, Table
from common.storage.embedded.keys import key_of
from common.storage.embedded.session import Session
from common.storage.embedded.sessions import Sessions, unavailable
from common.storage.protocol import Document, Refused, StorageUnavailable


@final
@dataclass
class Findings:
    documents: int = 0
    indexes: int = 0
    problems: list[str] = field(default_factory=list)


def verify(sessions: Sessions) -> Findings:
    """Compares pages, documents and index entries, in one snapshot."""
    found = Findings()
    with sessions.reading() as session:
        pages = [text for (text,) in session.query("PRAGMA integrity_check(20)") if text != "ok"]
        found.problems.extend(f"SQLite: {text}" for text in pages)
        for table in session.tables.values():
            _verify_table(session, table, found)
    return found


def _verify_table(session: Session, table: Table, found: Findings) -> None:
    expected = dict.fromkeys(table.indexes, 0)
    statement = f"SELECT seq, id, body FROM {table.documents} ORDER BY seq"
    for seq, identity, body in session.sql.execute(statement):
        found.documents += 1
        where = f"{table.name}, row {seq}"
        document = _readable(body)
        if document is None:
            found.problems.append(f"{where}: no readable document")
            continue
        if key_of(document.get("_id")) != identity:
            found.problems.append(f"{where}: stored under another _id")
        for index in table.indexes:
            expected[index] += _verify_entries(session, index, (seq, identity), document, found)
    for index, count in expected.items():
        found.indexes += 1
        ((stored,),) = session.query(f"SELECT count(*) FROM {index.entries}")
        if stored != count:
            found.problems.append(
                f"{table.name}, index {index.name}: {stored} entries instead of {count}"
            )


def _readable(body: bytes) -> Document | None:
    try:
        return rows.decoded(body)
    except StorageUnavailable:
        return None


def _verify_entries(
    session: Session, index: Index, row: tuple[int, bytes], document: Document, found: Findings
) -> int:
    """How many entries the document must have."""
    seq, identity = row
    try:
        keys = rows.entry_keys(index, document)
    except Refused as error:
        found.problems.append(f"index {index.name}, row {seq}: {error}")
        return 0
    statement = f"SELECT seq FROM {index.entries} WHERE key = ? AND id = ?"
    if any(session.query(statement, (key, identity)) != [(seq,)] for key in keys):
        found.problems.append(f"index {index.name}, row {seq}: an entry is missing")
    if rows.has_list(index, document) and not index.multikey:
        found.problems.append(f"index {index.name}, row {seq}: an unexpected list")
    return len(keys)


def reindex(sessions: Sessions) -> Findings:
    """Makes all that is derived from the documents anew, or, on any error, leaves it as it was.

    Raises DuplicateKeyError when the documents break a unique index.
    """
    found = Findings()
    with sessions.writing() as session:
        session.query("REINDEX")
        for table in session.tables.values():
            found.documents += _rename_rows(session, table)
            for index in table.indexes:
                session.sql.execute(f"DELETE FROM {index.entries}")
                indexing.fill(session, table, index.keys)
                found.indexes += 1
    return found


def _rename_rows(session: Session, table: Table) -> int:
    count = 0
    for seq, identity, body in _rows(session, table):
        count += 1
        wanted = key_of(rows.decoded(body)["_id"])
        if wanted != identity:
            session.sql.execute(f"UPDATE {table.documents} SET id = ? WHERE seq = ?", (wanted, seq))
    return count


def _rows(session: Session, table: Table) -> Iterator[tuple[int, bytes, bytes]]:
    """In batches, so that rows may be changed on the way."""
    after = 0
    statement = f"SELECT seq, id, body FROM {table.documents} WHERE seq > ? ORDER BY seq LIMIT 1000"
    while batch := session.query(statement, (after,)):
        yield from batch
        after = batch[-1][0]


def backup(sessions: Sessions, target: Path) -> None:
    """A whole and checked copy under a new name, while others go on reading and writing."""
    if target.exists():
        raise StorageUnavailable(f"{target} exists already")
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)  # mode 0600
        os.close(handle)
    except OSError as error:
        raise StorageUnavailable(f"{target}: {error.strerror}") from error
    temporary = Path(name)
    try:
        sessions.current().query("VACUUM INTO ?", (name,))
        _check_copy(temporary)
        _sync(temporary)
        os.link(temporary, target)
        _sync(target.parent)
    except sqlite3.Error as error:
        raise unavailable(error) from error
    except OSError as error:
        raise StorageUnavailable(f"{target}: {error.strerror}") from error
    finally:
        temporary.unlink()


def _check_copy(file: Path) -> None:
    copy: Any = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    try:
        if copy.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
            raise StorageUnavailable("the copy is not whole")
    finally:
        copy.close()


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
