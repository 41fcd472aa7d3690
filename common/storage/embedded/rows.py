"""Documents and their index entries as rows; always within a writing session."""
# ruff: noqa: S608 -- the names of tables are ours, made of numbers

from itertools import product
from sqlite3 import IntegrityError

import bson
from bson.codec_options import CodecOptions
from bson.errors import BSONError
from pymongo.errors import DuplicateKeyError

from common.storage.embedded import catalogue
from common.storage.embedded.catalogue import Index, Table
from common.storage.embedded.keys import complement, key_of
from common.storage.embedded.paths import keys_to_index, value_at
from common.storage.embedded.session import Session
from common.storage.protocol import Document, Refused, StorageUnavailable

_OPTIONS: CodecOptions[Document] = CodecOptions(tz_aware=True)
_MAX_BODY = 16 * 1024 * 1024
_DUPLICATE = 11000
Entries = list[tuple[Index, set[bytes]]]


def decoded(body: bytes) -> Document:
    try:
        return bson.decode(body, _OPTIONS)
    except BSONError:
        raise StorageUnavailable("a stored document is damaged") from None


def encoded(document: Document) -> bytes:
    try:
        body = bson.encode(document)
    except BSONError as error:
        raise Refused(f"not to be stored as BSON: {error}") from None
    if len(body) > _MAX_BODY:
        raise Refused("a document over 16 MB")
    return body


def table_for_writing(session: Session, name: str) -> Table:
    if name not in session.tables:
        catalogue.add_collection(session.sql, name)
        session.refresh()
    return session.tables[name]


def entry_keys(index: Index, document: Document) -> set[bytes]:
    """The joined keys under which the index has the document."""
    columns = []
    for path, direction in index.keys:
        keys = keys_to_index(document, path)
        columns.append([complement(key) for key in keys] if direction < 0 else keys)
    lists = [column for column in columns if len(column) > 1]
    if not lists:
        return {b"".join([key for (key,) in columns])}
    if len(lists) > 1:
        raise Refused(f"the index {index.name} would need two lists of one document")
    return {b"".join(parts) for parts in product(*columns)}


def insert(session: Session, table: Table, document: Document) -> None:
    """Raises DuplicateKeyError with nothing written. It does not look first: few are taken."""
    body, identity = encoded(document), key_of(document["_id"])
    seq = _add_document(session, table, identity, body)
    for index, keys in [(index, entry_keys(index, document)) for index in table.indexes]:
        try:
            add_entries(session, index, keys, identity, seq)
        except IntegrityError:
            if not index.unique:
                raise  # a stale entry: the index is damaged
            delete(session, table, seq, document)
            raise duplicate(index.keys) from None
    for index in table.indexes:
        note_lists(session, index, document)


def _add_document(session: Session, table: Table, identity: bytes, body: bytes) -> int:
    statement = f"INSERT INTO {table.documents} (id, body) VALUES (?, ?)"
    try:
        seq = session.sql.execute(statement, (identity, body)).lastrowid
    except IntegrityError:
        raise duplicate((("_id", 1),)) from None
    assert seq is not None
    return seq


def entries_within(table: Table, roots: set[str], document: Document) -> Entries:
    """The document's entries in those indexes that a change beneath these root fields can touch."""
    return [
        (index, entry_keys(index, document))
        for index in table.indexes
        if not roots.isdisjoint(index.roots)
    ]


def replace(
    session: Session, table: Table, seq: int, old: bytes, document: Document, before: Entries
) -> bytes:
    """Stores what `old` became, of whose entries those in `before` may be others now.

    Raises DuplicateKeyError with nothing written.
    """
    body = encoded(document)
    if body == old:
        return body
    identity = key_of(document["_id"])
    changed = []
    for index, gone in before:
        come = entry_keys(index, document)
        if gone != come:
            refuse_taken(session, index, come - gone)
            changed.append((index, gone - come, come - gone))
    session.sql.execute(f"UPDATE {table.documents} SET body = ? WHERE seq = ?", (body, seq))
    for index, gone, come in changed:
        if not _moved(session, index, gone, come, identity):
            _remove_entries(session, index, gone, identity)
            add_entries(session, index, come, identity, seq)
        note_lists(session, index, document)
    return body


def delete(session: Session, table: Table, seq: int, document: Document) -> None:
    identity = key_of(document["_id"])
    for index in table.indexes:
        _remove_entries(session, index, entry_keys(index, document), identity)
    session.sql.execute(f"DELETE FROM {table.documents} WHERE seq = ?", (seq,))


def add_entries(
    session: Session, index: Index, keys: set[bytes], identity: bytes, seq: int
) -> None:
    session.sql.executemany(
        f"INSERT INTO {index.entries} (key, id, seq) VALUES (?, ?, ?)",
        [(key, identity, seq) for key in keys],
    )


def _remove_entries(session: Session, index: Index, keys: set[bytes], identity: bytes) -> None:
    session.sql.executemany(
        f"DELETE FROM {index.entries} WHERE key = ? AND id = ?", [(key, identity) for key in keys]
    )


def _moved(
    session: Session, index: Index, gone: set[bytes], come: set[bytes], identity: bytes
) -> bool:
    """One entry for one, as without lists it always is, is one statement instead of two."""
    if len(gone) != 1 or len(come) != 1:
        return False
    statement = f"UPDATE {index.entries} SET key = ? WHERE key = ? AND id = ?"
    return session.sql.execute(statement, (*come, *gone, identity)).rowcount == 1


def refuse_taken(session: Session, index: Index, keys: set[bytes]) -> None:
    if index.unique:
        for key in keys:
            if session.query(f"SELECT 1 FROM {index.entries} WHERE key = ?", (key,)):
                raise duplicate(index.keys)


def note_lists(session: Session, index: Index, document: Document) -> None:
    if not index.multikey and has_list(index, document):
        catalogue.mark_multikey(session.sql, index)
        session.refresh()


def has_list(index: Index, document: Document) -> bool:
    """Also a list of one or none: it does not sort or match as a scalar does."""
    return list in [type(value_at(document, path)) for path, _ in index.keys]


def duplicate(keys: tuple[tuple[str, int], ...]) -> DuplicateKeyError:
    """Without the value, which may be personal and would be part of its text."""
    return DuplicateKeyError("duplicate key", _DUPLICATE, {"keyPattern": dict(keys)})
