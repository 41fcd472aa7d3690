"""Finds the documents of a filter, in a snapshot a batch or within a writing session."""
# ruff: noqa: S608 -- the names of tables are ours, made of numbers

import heapq
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, final

from common.storage.embedded.catalogue import Table
from common.storage.embedded.cursor import Cursor
from common.storage.embedded.keys import key_of
from common.storage.embedded.matcher import predicate_of
from common.storage.embedded.paths import sort_key
from common.storage.embedded.planner import plan, unique_entry
from common.storage.embedded.rows import decoded
from common.storage.embedded.session import Session
from common.storage.embedded.sessions import Sessions
from common.storage.protocol import Document, Filter, Sort

_FIRST_BATCH = 64
Found = tuple[int, bytes, Document]
"""The row's number, the stored bytes, and the document in them."""


@final
class Reader:
    """One walk over the matches of one filter; `first` is how many the caller expects to take."""

    def __init__(
        self, name: str, where: Filter, sort: Sort | None = None, first: int = _FIRST_BATCH
    ) -> None:
        self._name = name
        self._where = where
        self._sort = sort
        self._first = first
        self._matches = predicate_of(where)
        self._cursor: Cursor | None = None
        self.ordered = True

    def batch(self, session: Session) -> list[Found] | None:
        """The matches among the next rows, None after the last."""
        if self._cursor is None and not self._open(session):
            return None
        assert self._cursor is not None
        rows = self._cursor.next_batch(session)
        if not rows:
            return None
        documents = [(seq, body, decoded(body)) for seq, body in rows]
        return [found for found in documents if self._matches(found[2])]

    def _open(self, session: Session) -> bool:
        table = session.tables.get(self._name)
        if table is None:
            return False
        chosen = plan(table, self._where, self._sort)
        self.ordered = chosen.ordered
        self._cursor = Cursor(chosen, self._first if chosen.ordered else _FIRST_BATCH)
        return True


def first_within(session: Session, name: str, where: Filter, sort: Sort | None) -> Found | None:
    """The first match; where at most one can match, nothing is planned, sorted or walked."""
    table = session.tables.get(name)
    lookup = None if sort or table is None else _lookup(table, where)
    if lookup is None:
        reader = Reader(name, where, sort, first=1)
        return next(arranged(matches_within(session, reader), reader, sort, skip=0, limit=1), None)
    matches = predicate_of(where)
    for seq, body in session.query(*lookup):
        document = decoded(body)
        if matches(document):
            return seq, body, document
    return None


def _lookup(table: Table, where: Filter) -> tuple[str, tuple[bytes]] | None:
    """The statement that finds the only candidate, where equality of `_id` or of a unique field is
    demanded.
    """
    if "_id" in where and not isinstance(where["_id"], dict):
        return f"SELECT seq, body FROM {table.documents} WHERE id = ?", (key_of(where["_id"]),)
    entry = unique_entry(table, where)
    if entry is None:
        return None
    index, key = entry
    statement = (
        f"SELECT d.seq, d.body FROM {index.entries} AS e"
        f" CROSS JOIN {table.documents} AS d ON d.seq = e.seq WHERE e.key = ?"
    )
    return statement, (key,)


def matches(sessions: Sessions, reader: Reader) -> Iterator[Found]:
    """In the order of the rows, a snapshot a batch."""
    while True:
        with sessions.reading() as session:
            found = reader.batch(session)
        if found is None:
            return
        yield from found


def matches_within(session: Session, reader: Reader) -> Iterator[Found]:
    while (found := reader.batch(session)) is not None:
        yield from found


def arranged(
    found: Iterator[Found], reader: Reader, sort: Sort | None, *, skip: int, limit: int
) -> Iterator[Found]:
    """Sorted, then cut."""
    stop = skip + limit if limit else None
    if not sort:
        return islice(found, skip, stop)
    first = next(found, None)
    if first is None:
        return iter(())
    rows = _prepended(first, found)
    if not reader.ordered:  # known once the first row was asked for
        rows = _sorted(rows, sort, stop)
    return islice(rows, skip, stop)


def _prepended(first: Found, rest: Iterator[Found]) -> Iterator[Found]:
    yield first
    yield from rest


def _sorted(
    rows: Iterator[Found], sort: Sequence[tuple[str, int]], stop: int | None
) -> Iterator[Found]:
    def key(found: Found) -> Any:
        return sort_key(found[2], sort)

    return iter(sorted(rows, key=key) if stop is None else heapq.nsmallest(stop, rows, key))
