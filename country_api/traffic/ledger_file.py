"""The SQLite file of the ledger: opened when it is needed, put aside when it is broken."""

import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex

from common.errors import Unavailable
from country_api.traffic.life import Life

log = logging.getLogger(__name__)
BUSY_SECONDS = 10

SCHEMA = """
CREATE TABLE IF NOT EXISTS ledger (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    name TEXT NOT NULL,
    change INTEGER NOT NULL,
    fresh INTEGER NOT NULL,
    boot TEXT NOT NULL,
    earliest REAL NOT NULL,
    latest REAL NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS seen (
    key TEXT PRIMARY KEY,
    up INTEGER NOT NULL,
    down INTEGER NOT NULL,
    devices INTEGER,
    last_ms INTEGER
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS days (
    day INTEGER NOT NULL,
    key TEXT NOT NULL,
    up INTEGER NOT NULL,
    down INTEGER NOT NULL,
    devices INTEGER,
    most_devices INTEGER,
    change INTEGER NOT NULL,
    PRIMARY KEY (day, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS days_by_change ON days (change);
"""
BEGIN = """
INSERT INTO ledger (only, name, change, fresh, boot, earliest, latest)
VALUES (1, ?, 0, 1, ?, ?, ?) ON CONFLICT DO NOTHING
"""


class LedgerFile:
    """One connection to write with, one to read with, so that no reader waits for the core. What
    goes wrong is Unavailable; a file that is broken gives place to a new one, since the agent has
    more to do than to count. `now` is the life of a core that would start at this moment.
    """

    def __init__(self, path: Path, now: Callable[[], Life]) -> None:
        self._path, self._now = path, now
        self._lock = threading.Lock()
        self._open: tuple[sqlite3.Connection, sqlite3.Connection] | None = None
        self._writes, self._reads = threading.Lock(), threading.Lock()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction that other agents with this file wait for; it is on the disk afterwards, or
        when something is raised within, nothing of it is.
        """
        with self._writes, self._told():
            db, _ = self._connections()
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
                db.execute("COMMIT")
            finally:
                if db.in_transaction:
                    db.execute("ROLLBACK")

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """All that is read within belongs together."""
        with self._reads, self._told():
            _, db = self._connections()
            db.execute("BEGIN")
            try:
                yield db
            finally:
                db.execute("ROLLBACK")

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as trouble:
            # its subclasses are for what may pass: locked, full, closed
            if type(trouble) is sqlite3.DatabaseError:
                self._put_aside()
            raise Unavailable(f"the ledger does not work ({trouble})") from None

    def _connections(self) -> tuple[sqlite3.Connection, sqlite3.Connection]:
        with self._lock:
            if self._open is None:
                writer = self._connect()
                writer.executescript(SCHEMA)
                born = self._now()
                writer.execute(BEGIN, (token_hex(16), born.boot, born.earliest, born.latest))
                self._open = writer, self._connect()
            return self._open

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(
            self._path, timeout=BUSY_SECONDS, check_same_thread=False, isolation_level=None
        )
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA cache_size = -512")  # kB: an agent lives on a small machine
        return db

    def _put_aside(self) -> None:
        self.close()
        log.error("the ledger of traffic is broken: it is put aside, and a new one begins")
        for ending in ("", "-wal", "-shm"):
            file = self._path.with_name(self._path.name + ending)
            if file.exists():
                file.replace(self._path.with_name(self._path.name + ".broken" + ending))

    def close(self) -> None:
        with self._lock:
            for db in self._open or ():
                db.close()
            self._open = None
