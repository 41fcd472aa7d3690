"""The users this server shall have: durable, and the only truth its core is brought to."""

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path

from common.clock import from_milliseconds, milliseconds
from common.errors import Conflict, ServiceError, Unavailable
from country_api.core.accounts import masked
from models.servers import ServerUser

SCHEMA = """
CREATE TABLE IF NOT EXISTS users (
    key TEXT PRIMARY KEY,
    core_id TEXT NOT NULL,
    masked_id TEXT NOT NULL UNIQUE,
    expires_ms INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    active INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS users_by_end ON users (expires_ms) WHERE active;
"""
COLUMNS = "key, core_id, expires_ms, revision, active"
UPSERT = f"""
INSERT INTO users ({COLUMNS}, masked_id) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (key) DO UPDATE SET
    core_id = excluded.core_id, masked_id = excluded.masked_id, expires_ms = excluded.expires_ms,
    revision = excluded.revision, active = excluded.active
WHERE excluded.revision >= users.revision
RETURNING revision
"""  # noqa: S608 -- only our own column names
ACTIVE = "SELECT key, core_id, expires_ms, revision FROM users WHERE active"
A_PAGE = 500
LIVE = "SELECT key, core_id FROM users WHERE active AND expires_ms > ?"


class Store:
    """One SQLite file; a change has reached the disk when its call returns.

    Users who are gone keep their row, so that a late push of an older revision stays harmless.
    Trouble with the file is Unavailable: the caller comes again.
    """

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._db = sqlite3.connect(path, timeout=10, check_same_thread=False, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.execute("PRAGMA cache_size = -512")  # KiB; the system keeps the file in memory
        self._db.executescript(SCHEMA)

    def put(self, users: Sequence[ServerUser]) -> list[int | ServiceError]:
        """Take each state unless a newer one is held; all of them reach the disk together.

        Answers for each the revision that is held now, or Conflict `core_id_taken` when another
        key has this id (bytes 6-7 aside).
        """
        with self._database() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                answers = [_put(db, user) for user in users]
                db.execute("COMMIT")
            except BaseException:
                if db.in_transaction:  # SQLite itself may have given it up
                    db.execute("ROLLBACK")
                raise
        return answers

    def get(self, key: str) -> ServerUser | None:
        found = self._select("WHERE key = ?", key)
        return found[0] if found else None

    def all(self) -> list[ServerUser]:
        return self._select("ORDER BY key")

    def each(self) -> Iterator[ServerUser]:
        """As `all`, some at a time, since 10,000 of them are 10 MB; no snapshot."""
        after = ""
        while some := self._select("WHERE key > ? ORDER BY key LIMIT ?", after, A_PAGE):
            yield from some
            after = some[-1].key

    def version(self) -> tuple[int, int]:
        """Changes with every change of the file, also one by another process."""
        with self._database() as db:
            (others,) = db.execute("PRAGMA data_version").fetchone()
            return db.total_changes, int(others)

    def active(self) -> Iterator[tuple[str, str, int, int]]:
        """Key, id, end in Unix milliseconds and revision of all but who was removed; to be gone
        through at once, since the store waits for it.
        """
        with self._database() as db:
            yield from db.execute(ACTIVE)

    def live(self, now: datetime) -> dict[str, str]:
        """Key -> id of everybody who may be served now."""
        with self._database() as db:
            return dict(db.execute(LIVE, (milliseconds(now),)))

    def live_among(self, keys: Iterable[str], now: datetime) -> dict[str, str]:
        """Key -> id of those of these users."""
        rest, found = iter(keys), dict[str, str]()
        while some := list(islice(rest, A_PAGE)):
            places = ", ".join("?" * len(some))
            with self._database() as db:
                found |= db.execute(f"{LIVE} AND key IN ({places})", (milliseconds(now), *some))
        return found

    def ending_between(self, after: datetime, until: datetime) -> list[str]:
        """Keys of active users whose end lies in (after, until]."""
        ends = (milliseconds(after), milliseconds(until))
        return [
            u.key
            for u in self._select("WHERE active AND expires_ms > ? AND expires_ms <= ?", *ends)
        ]

    def _select(self, where: str, *values: str | int) -> list[ServerUser]:
        with self._database() as db:
            rows = db.execute(f"SELECT {COLUMNS} FROM users {where}", values).fetchall()  # noqa: S608 -- own names
        return [_user(row) for row in rows]

    @contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                yield self._db
            except sqlite3.DatabaseError as trouble:
                raise Unavailable(f"the store of this server does not work ({trouble})") from None

    def works(self) -> bool:
        with self._database() as db:
            return bool(db.execute("SELECT EXISTS (SELECT 1 FROM users)").fetchone())

    def close(self) -> None:
        with self._lock:
            self._db.close()


def _put(db: sqlite3.Connection, user: ServerUser) -> int | ServiceError:
    ends = milliseconds(user.expires_at)
    try:
        taken = db.execute(
            UPSERT,
            (user.key, user.core_id, ends, user.revision, int(user.active), masked(user.core_id)),
        ).fetchall()
    except sqlite3.IntegrityError:  # undoes this statement alone
        return Conflict("another user has this id", code="core_id_taken")
    held = taken or db.execute("SELECT revision FROM users WHERE key = ?", (user.key,)).fetchall()
    return int(held[0][0])


def _user(row: tuple[str, str, int, int, int]) -> ServerUser:
    key, core_id, expires_ms, revision, active = row
    return ServerUser(
        key=key,
        core_id=core_id,
        expires_at=from_milliseconds(expires_ms),
        revision=revision,
        active=bool(active),
    )
