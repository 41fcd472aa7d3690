"""The bot's one SQLite file: its connection, its settings, its tables."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

DatabaseError = sqlite3.Error
FILE_NAME = "tg_bot.sqlite3"
TABLES = """
CREATE TABLE IF NOT EXISTS inbox (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    update_id INTEGER NOT NULL UNIQUE,
    received_at REAL NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    body TEXT
);
CREATE INDEX IF NOT EXISTS inbox_waiting ON inbox (seq) WHERE body IS NOT NULL;
CREATE INDEX IF NOT EXISTS inbox_handled ON inbox (received_at) WHERE body IS NULL;
CREATE TABLE IF NOT EXISTS states (
    telegram_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    expires_at REAL NOT NULL,
    PRIMARY KEY (telegram_id, name)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS admin_menus (telegram_id INTEGER PRIMARY KEY);
"""


class Database:
    """One connection behind one lock: what a transaction has written survives a power cut."""

    def __init__(self, state_dir: Path) -> None:
        state_dir.mkdir(parents=True, exist_ok=True)
        self._lock = Lock()
        self._connection = sqlite3.connect(
            state_dir / FILE_NAME, timeout=10, isolation_level=None, check_same_thread=False
        )
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.executescript(TABLES)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def rows(self, query: str, values: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
        with self._lock:
            return self._connection.execute(query, values).fetchall()

    def close(self) -> None:
        with self._lock:
            self._connection.close()
