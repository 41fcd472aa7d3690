"""One SQLite file with one table; a commit has reached the disk, as in the shop."""

import sqlite3
import threading
from pathlib import Path

SCHEMA = """
CREATE TABLE IF NOT EXISTS users (
    number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, core_id TEXT NOT NULL
);
"""


class Users:
    def __init__(self, file: Path) -> None:
        self._lock = threading.Lock()
        self._sql = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
        self._sql.execute("PRAGMA journal_mode = WAL")
        self._sql.execute("PRAGMA synchronous = FULL")
        self._sql.executescript(SCHEMA)

    def insert(self, name: str, core_id: str) -> int:
        """Its number; committed when this returns."""
        with self._lock:
            added = self._sql.execute(
                "INSERT INTO users (name, core_id) VALUES (?, ?)", (name, core_id)
            )
            return int(added.lastrowid or 0)

    def durability(self) -> tuple[str, int]:
        """The journal, and how it is synced: 2 is FULL."""
        mode = self._sql.execute("PRAGMA journal_mode").fetchone()[0]
        return mode, int(self._sql.execute("PRAGMA synchronous").fetchone()[0])
