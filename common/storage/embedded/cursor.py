"""Walks a plan in batches, so that a long answer holds neither a snapshot nor the memory."""
# ruff: noqa: S608 -- the names of tables are ours, made of numbers

from typing import Any, final

from common.storage.embedded.planner import Plan, Range
from common.storage.embedded.session import Session

_LARGEST = 1024
Row = tuple[int, bytes]


@final
class Cursor:
    """Each batch is a statement of its own, which continues after the last key seen."""

    def __init__(self, plan: Plan, first: int) -> None:
        self._plan = plan
        self._ranges: list[Range | None] = [None] if plan.whole else list(plan.ranges)
        self._after: tuple[Any, ...] | None = None
        self._size = min(first, _LARGEST)
        self._seen: set[int] | None = set() if plan.index and plan.index.multikey else None

    def next_batch(self, session: Session) -> list[Row]:
        """The next (seq, body) rows; empty when there are no more."""
        while self._ranges:
            rows = session.query(*self._statement())
            if len(rows) < self._size:
                self._ranges.pop(0)
                self._after = None
            else:
                self._after = rows[-1][2:]
            self._size = min(self._size * 4, _LARGEST)
            fresh = self._unseen([(row[0], row[1]) for row in rows])
            if fresh:
                return fresh
        return []

    def _unseen(self, rows: list[Row]) -> list[Row]:
        """A document with a list has several entries in an index, but comes once."""
        if self._seen is None:
            return rows
        fresh = []
        for row in rows:
            if row[0] not in self._seen:
                self._seen.add(row[0])
                fresh.append(row)
        return fresh

    def _statement(self) -> tuple[str, tuple[Any, ...]]:
        span = self._ranges[0]
        if span is None:
            return self._whole()
        return self._by_entries(span) if self._plan.index else self._by_id(span)

    def _whole(self) -> tuple[str, tuple[Any, ...]]:
        (after,) = self._after or (0,)
        statement = (
            f"SELECT seq, body, seq FROM {self._plan.table.documents}"
            " WHERE seq > ? ORDER BY seq LIMIT ?"
        )
        return statement, (after, self._size)

    def _by_id(self, span: Range) -> tuple[str, tuple[Any, ...]]:
        low, high = span
        compare, direction = ("<", "DESC") if self._plan.backward else (">", "ASC")
        further = f" AND id {compare} ?" if self._after else ""
        statement = (
            f"SELECT seq, body, id FROM {self._plan.table.documents}"
            f" WHERE id >= ? AND id < ?{further} ORDER BY id {direction} LIMIT ?"
        )
        return statement, (low, high, *(self._after or ()), self._size)

    def _by_entries(self, span: Range) -> tuple[str, tuple[Any, ...]]:
        low, high = span
        index = self._plan.index
        assert index is not None
        compare, direction = ("<", "DESC") if self._plan.backward else (">", "ASC")
        further = f" AND (e.key, e.id) {compare} (?, ?)" if self._after else ""
        statement = (
            f"SELECT d.seq, d.body, e.key, e.id FROM {index.entries} AS e"
            f" CROSS JOIN {self._plan.table.documents} AS d ON d.seq = e.seq"
            f" WHERE e.key >= ? AND e.key < ?{further}"
            f" ORDER BY e.key {direction}, e.id {direction} LIMIT ?"
        )
        return statement, (low, high, *(self._after or ()), self._size)
