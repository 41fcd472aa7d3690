"""The service's one SQLite file: what is committed here survives kill -9 and power loss."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from common.errors import Unavailable

BUSY_SECONDS = 5.0
SCHEMA = """
CREATE TABLE IF NOT EXISTS checkouts (
    order_id TEXT PRIMARY KEY,
    user_id INTEGER NOT NULL,
    tariff_id TEXT NOT NULL,
    amount_kopecks INTEGER NOT NULL,
    currency TEXT NOT NULL,
    description TEXT NOT NULL,
    language TEXT NOT NULL,
    return_url TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    paid_at INTEGER
);
CREATE TABLE IF NOT EXISTS attempts (
    order_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    payment_id TEXT,
    pay_url TEXT,
    created_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    check_at INTEGER,
    PRIMARY KEY (order_id, number)
);
CREATE INDEX IF NOT EXISTS attempts_by_payment ON attempts (payment_id);
CREATE INDEX IF NOT EXISTS attempts_by_check ON attempts (check_at);
CREATE TABLE IF NOT EXISTS events (
    id INTEGER PRIMARY KEY,
    provider TEXT NOT NULL,
    external_id TEXT NOT NULL,
    event TEXT NOT NULL,
    order_id TEXT NOT NULL,
    body TEXT NOT NULL,
    trusted INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    copies INTEGER NOT NULL DEFAULT 1,
    tries INTEGER NOT NULL DEFAULT 0,
    due_at INTEGER,
    fact TEXT,
    outcome TEXT,
    UNIQUE (provider, external_id, event)
);
CREATE INDEX IF NOT EXISTS events_by_due ON events (due_at);
CREATE INDEX IF NOT EXISTS events_by_trust ON events (trusted, received_at);
CREATE INDEX IF NOT EXISTS events_by_order ON events (order_id);
"""


class StoreFailed(Unavailable):
    """Nothing was stored: the disk is full, the file locked or broken."""

    code = "store_failed"


class Store:
    """One connection with a lock: writes wait for the disk, one after the other, in any case.

    `at_most_pages` bounds the file's size (SQLite's max_page_count); None means the disk does.
    """

    def __init__(self, file: Path, *, at_most_pages: int | None = None) -> None:
        self._lock = threading.RLock()
        with _told():
            file.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(
                file, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
            file.chmod(0o600)
            self._connection.row_factory = sqlite3.Row
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.execute("PRAGMA synchronous=FULL")
            self._connection.executescript(SCHEMA)
            if at_most_pages is not None:
                self._connection.execute(f"PRAGMA max_page_count={int(at_most_pages)}")

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction, on the disk when the block has ended; raises StoreFailed."""
        with self._lock, _told():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                # SQLite has rolled back by itself when the disk was full
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def rows(self, query: str, *values: object) -> list[sqlite3.Row]:
        with self._lock, _told():
            return self._connection.execute(query, values).fetchall()

    def row(self, query: str, *values: object) -> sqlite3.Row | None:
        found = self.rows(query, *values)
        return found[0] if found else None

    def answers(self) -> bool:
        return bool(self.rows("SELECT 1"))

    def close(self) -> None:
        with self._lock:
            self._connection.close()


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as trouble:
        raise StoreFailed(f"the inbox cannot be used ({trouble})") from trouble
