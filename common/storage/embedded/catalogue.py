"""Which collections and indexes a file has; the header's user_version changes whenever they do."""

import json
import sqlite3
from dataclasses import dataclass
from typing import final

APPLICATION_ID = 0x4B4C4E44  # "KLND"
FORMAT = 1

_CREATE = """
CREATE TABLE format (version INTEGER NOT NULL);
CREATE TABLE collections (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE indexes (
    number INTEGER PRIMARY KEY,
    collection INTEGER NOT NULL REFERENCES collections (number),
    keys TEXT NOT NULL,
    is_unique INTEGER NOT NULL,
    multikey INTEGER NOT NULL DEFAULT 0,
    UNIQUE (collection, keys)
);
"""


@final
@dataclass(frozen=True, slots=True)
class Index:
    """`multikey`: a document has or had a list in an indexed field, hence several entries.

    Such an index finds documents, but neither orders them nor joins two bounds of one field.
    `roots`: the documents' own fields that are indexed, or beneath which one is.
    """

    number: int
    keys: tuple[tuple[str, int], ...]
    unique: bool
    multikey: bool
    roots: frozenset[str]

    @property
    def entries(self) -> str:
        return f"entries_{self.number}"

    @property
    def name(self) -> str:
        return index_name(self.keys)


@final
@dataclass(frozen=True, slots=True)
class Table:
    number: int
    name: str
    indexes: tuple[Index, ...]

    @property
    def documents(self) -> str:
        return f"documents_{self.number}"


def index_name(keys: tuple[tuple[str, int], ...]) -> str:
    """As pymongo names it."""
    return "_".join(f"{path}_{direction}" for path, direction in keys)


def create(sql: sqlite3.Connection) -> None:
    """Within the caller's transaction."""
    for statement in _CREATE.split(";"):
        sql.execute(statement)
    sql.execute("INSERT INTO format VALUES (?)", (FORMAT,))
    sql.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    _changed(sql)


def load(sql: sqlite3.Connection) -> dict[str, Table]:
    indexes: dict[int, list[Index]] = {}
    rows = sql.execute("SELECT number, collection, keys, is_unique, multikey FROM indexes")
    for number, collection, keys, unique, multikey in rows.fetchall():
        pairs = tuple((path, direction) for path, direction in json.loads(keys))
        roots = frozenset(path.partition(".")[0] for path, _ in pairs)
        indexes.setdefault(collection, []).append(
            Index(number, pairs, bool(unique), bool(multikey), roots)
        )
    collections = sql.execute("SELECT number, name FROM collections").fetchall()
    return {
        name: Table(number, name, tuple(indexes.get(number, ()))) for number, name in collections
    }


def add_collection(sql: sqlite3.Connection, name: str) -> None:
    number = sql.execute("INSERT INTO collections (name) VALUES (?)", (name,)).lastrowid
    sql.execute(
        f"CREATE TABLE documents_{number}"
        " (seq INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, body BLOB NOT NULL)"
    )
    _changed(sql)


def add_index(
    sql: sqlite3.Connection, table: Table, keys: tuple[tuple[str, int], ...], *, unique: bool
) -> None:
    number = sql.execute(
        "INSERT INTO indexes (collection, keys, is_unique) VALUES (?, ?, ?)",
        (table.number, json.dumps(keys), unique),
    ).lastrowid
    primary = "key" if unique else "key, id"
    sql.execute(
        f"CREATE TABLE entries_{number} (key BLOB NOT NULL, id BLOB NOT NULL,"
        f" seq INTEGER NOT NULL, PRIMARY KEY ({primary})) WITHOUT ROWID"
    )
    _changed(sql)


def mark_multikey(sql: sqlite3.Connection, index: Index) -> None:
    sql.execute("UPDATE indexes SET multikey = 1 WHERE number = ?", (index.number,))
    _changed(sql)


def _changed(sql: sqlite3.Connection) -> None:
    (version,) = sql.execute("PRAGMA user_version").fetchone()
    sql.execute(f"PRAGMA user_version = {version + 1}")
