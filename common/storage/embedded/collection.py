"""The embedded client's collection: the protocol over sessions, readers and rows."""
# ruff: noqa: S608 -- the names of tables are ours, made of numbers

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, final

from pymongo.errors import DuplicateKeyError

from common.storage.embedded import indexing, rows, updater
from common.storage.embedded.keys import key_of
from common.storage.embedded.paths import MISSING, included, value_at
from common.storage.embedded.reader import (
    Found,
    Reader,
    arranged,
    first_within,
    matches,
    matches_within,
)
from common.storage.embedded.session import Session
from common.storage.embedded.sessions import Sessions
from common.storage.protocol import (
    DeleteResult,
    Document,
    Filter,
    InsertManyResult,
    InsertOneResult,
    Projection,
    Sort,
    Update,
    UpdateResult,
)

_KEPT_DECODED = 1000  # of those to be changed; the rest is decoded again rather than held in memory


@final
@dataclass(frozen=True, slots=True)
class EmbeddedCollection:
    sessions: Sessions
    name: str

    def find_one(
        self, where: Filter, projection: Projection | None = None, *, sort: Sort | None = None
    ) -> Document | None:
        with self.sessions.reading() as session:
            found = first_within(session, self.name, where, sort)
        return None if found is None else _projected(found, projection)

    def find(
        self,
        where: Filter,
        projection: Projection | None = None,
        *,
        sort: Sort | None = None,
        skip: int = 0,
        limit: int = 0,
    ) -> Iterator[Document]:
        reader = Reader(self.name, where, sort, first=skip + limit or 64)
        found = arranged(matches(self.sessions, reader), reader, sort, skip=skip, limit=limit)
        for one in found:
            yield _projected(one, projection)

    def count_documents(self, where: Filter) -> int:
        if not where:
            return self._count_all()
        return sum(1 for _ in matches(self.sessions, Reader(self.name, where)))

    def distinct(self, field: str, where: Filter | None = None) -> list[Any]:
        seen: dict[bytes, Any] = {}
        for _, _, document in matches(self.sessions, Reader(self.name, where or {})):
            value = value_at(document, field)
            for element in value if isinstance(value, list) else [value]:
                if element is not MISSING:
                    seen.setdefault(key_of(element), element)
        return [seen[key] for key in sorted(seen)]

    def insert_one(self, document: Mapping[str, Any]) -> InsertOneResult:
        self.sessions.write(lambda session: self._insert(session, document))
        return InsertOneResult(document["_id"])

    def insert_many(self, documents: Iterable[Mapping[str, Any]]) -> InsertManyResult:
        stored: list[Any] = []

        def insert(session: Session) -> DuplicateKeyError | None:
            for document in documents:
                try:
                    self._insert(session, document)
                except DuplicateKeyError as error:
                    return error  # those before it are to be committed
                stored.append(document["_id"])
            return None

        _raise(self.sessions.write(insert))
        return InsertManyResult(stored)

    def update_one(self, where: Filter, update: Update, *, upsert: bool = False) -> UpdateResult:
        def change(session: Session) -> UpdateResult:
            found = first_within(session, self.name, where, None)
            if found is not None:
                after = self._apply(session, found, update)
                return UpdateResult(1, int(after != found[1]))
            if not upsert:
                return UpdateResult(0, 0)
            return UpdateResult(0, 0, self._upsert(session, where, update)["_id"])

        return self.sessions.write(change)

    def update_many(self, where: Filter, update: Update) -> UpdateResult:
        modified = 0

        def change(session: Session, found: Found) -> None:
            nonlocal modified
            modified += self._apply(session, found, update) != found[1]

        return UpdateResult(self._each(where, change), modified)

    def delete_one(self, where: Filter) -> DeleteResult:
        def delete(session: Session) -> DeleteResult:
            found = first_within(session, self.name, where, None)
            if found is not None:
                self._delete(session, found)
            return DeleteResult(int(found is not None))

        return self.sessions.write(delete)

    def delete_many(self, where: Filter) -> DeleteResult:
        return DeleteResult(self._each(where, self._delete))

    def find_one_and_update(
        self, where: Filter, update: Update, *, sort: Sort | None = None, upsert: bool = False
    ) -> Document | None:
        def change(session: Session) -> Document | None:
            found = first_within(session, self.name, where, sort)
            if found is not None:
                self._apply(session, found, update)
                return found[2]
            return self._upsert(session, where, update) if upsert else None

        return self.sessions.write(change)

    def create_index(self, keys: Sort, *, unique: bool = False) -> str:
        return indexing.create(self.sessions, self.name, tuple(keys), unique=unique)

    def _count_all(self) -> int:
        with self.sessions.reading() as session:
            table = session.tables.get(self.name)
            if table is None:
                return 0
            ((count,),) = session.query(f"SELECT count(*) FROM {table.documents}")
            return int(count)

    def _each(self, where: Filter, change: Callable[[Session, Found], None]) -> int:
        """All matches are found before the first is changed, else one could be met again."""

        def change_all(session: Session) -> tuple[int, DuplicateKeyError | None]:
            targets: list[tuple[int, bytes, Document | None]] = []
            for seq, body, document in matches_within(session, Reader(self.name, where)):
                targets.append((seq, body, document if len(targets) < _KEPT_DECODED else None))
            for seq, body, kept in targets:
                try:
                    change(session, (seq, body, kept or rows.decoded(body)))
                except DuplicateKeyError as error:
                    return len(targets), error  # as MongoDB: those before it stay changed
            return len(targets), None

        count, taken = self.sessions.write(change_all)
        _raise(taken)
        return count

    def _insert(self, session: Session, document: Mapping[str, Any]) -> None:
        rows.insert(session, rows.table_for_writing(session, self.name), dict(document))

    def _apply(self, session: Session, found: Found, update: Update) -> bytes:
        seq, body, document = found
        table = session.tables[self.name]
        before = rows.entries_within(table, updater.roots_of(update), document)
        updater.apply(document, update)
        return rows.replace(session, table, seq, body, document, before)

    def _upsert(self, session: Session, where: Filter, update: Update) -> Document:
        document: Document = {"_id": where["_id"]}
        updater.apply(document, update, inserting=True)
        rows.insert(session, rows.table_for_writing(session, self.name), document)
        return document

    def _delete(self, session: Session, found: Found) -> None:
        seq, _, document = found
        rows.delete(session, session.tables[self.name], seq, document)


def _projected(found: Found, projection: Projection | None) -> Document:
    return found[2] if projection is None else included(found[2], list(projection))


def _raise(taken: DuplicateKeyError | None) -> None:
    if taken is not None:
        raise taken
