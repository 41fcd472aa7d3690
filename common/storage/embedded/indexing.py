"""Makes an index and fills its entries from the documents, or fills one anew."""
# ruff: noqa: S608 -- the names of tables are ours, made of numbers

from common.storage.embedded import catalogue, rows
from common.storage.embedded.catalogue import Index, Table, index_name
from common.storage.embedded.keys import key_of
from common.storage.embedded.session import Session
from common.storage.embedded.sessions import Sessions
from common.storage.protocol import Refused

_BATCH = 1000
Keys = tuple[tuple[str, int], ...]


def create(sessions: Sessions, name: str, keys: Keys, *, unique: bool) -> str:
    """Raises Refused when it exists with another `unique`, DuplicateKeyError as insert does."""
    with sessions.reading() as session:  # as a rule it exists: no need to wait for a lock
        if _exists(session.tables.get(name), keys, unique=unique):
            return index_name(keys)
    with sessions.writing() as session:
        table = rows.table_for_writing(session, name)
        if not _exists(table, keys, unique=unique):
            catalogue.add_index(session.sql, table, keys, unique=unique)
            session.refresh()
            fill(session, session.tables[name], keys)
    return index_name(keys)


def _exists(table: Table | None, keys: Keys, *, unique: bool) -> bool:
    if keys == (("_id", 1),):
        return True  # each collection has it
    for index in table.indexes if table else ():
        if index.keys == keys:
            if index.unique != unique:
                raise Refused(f"the index {index.name} exists with another uniqueness")
            return True
    return False


def fill(session: Session, table: Table, keys: Keys) -> None:
    """Puts every document's entries into an empty index."""
    (index,) = (index for index in table.indexes if index.keys == keys)
    after = 0
    while batch := session.query(
        f"SELECT seq, body FROM {table.documents} WHERE seq > ? ORDER BY seq LIMIT ?",
        (after, _BATCH),
    ):
        for seq, body in batch:
            _add(session, index, seq, body)
        after = batch[-1][0]


def _add(session: Session, index: Index, seq: int, body: bytes) -> None:
    document = rows.decoded(body)
    keys = rows.entry_keys(index, document)
    rows.refuse_taken(session, index, keys)
    rows.add_entries(session, index, keys, key_of(document["_id"]), seq)
    rows.note_lists(session, index, document)
