"""The wall in front of every backend: what passes is inside the subset and in one normal form."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, final

from common.storage.protocol import (
    Collection,
    Database,
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
from common.storage.subset import filters, options, updates, values


@final
@dataclass(frozen=True, slots=True)
class CheckedCollection:
    raw: Collection

    def find_one(
        self, where: Filter, projection: Projection | None = None, *, sort: Sort | None = None
    ) -> Document | None:
        return self.raw.find_one(
            filters.filter_of(where), options.projection(projection), sort=_sort(sort)
        )

    def find(
        self,
        where: Filter,
        projection: Projection | None = None,
        *,
        sort: Sort | None = None,
        skip: int = 0,
        limit: int = 0,
    ) -> Iterator[Document]:
        return self.raw.find(
            filters.filter_of(where),
            options.projection(projection),
            sort=_sort(sort),
            skip=options.count(skip),
            limit=options.count(limit),
        )

    def count_documents(self, where: Filter) -> int:
        return self.raw.count_documents(filters.filter_of(where))

    def distinct(self, field: str, where: Filter | None = None) -> list[Any]:
        return self.raw.distinct(values.path(field), filters.filter_of(where or {}))

    def insert_one(self, document: Mapping[str, Any]) -> InsertOneResult:
        return self.raw.insert_one(values.document(document))

    def insert_many(self, documents: Iterable[Mapping[str, Any]]) -> InsertManyResult:
        checked = [values.document(document) for document in documents]
        return self.raw.insert_many(checked) if checked else InsertManyResult([])

    def update_one(self, where: Filter, update: Update, *, upsert: bool = False) -> UpdateResult:
        checked = filters.filter_of(where)
        return self.raw.update_one(
            checked, updates.update_of(update), upsert=options.upsert(checked, upsert)
        )

    def update_many(self, where: Filter, update: Update) -> UpdateResult:
        return self.raw.update_many(filters.filter_of(where), updates.update_of(update))

    def delete_one(self, where: Filter) -> DeleteResult:
        return self.raw.delete_one(filters.filter_of(where))

    def delete_many(self, where: Filter) -> DeleteResult:
        return self.raw.delete_many(filters.filter_of(where))

    def find_one_and_update(
        self, where: Filter, update: Update, *, sort: Sort | None = None, upsert: bool = False
    ) -> Document | None:
        checked = filters.filter_of(where)
        return self.raw.find_one_and_update(
            checked,
            updates.update_of(update),
            sort=_sort(sort),
            upsert=options.upsert(checked, upsert),
        )

    def create_index(self, keys: Sort, *, unique: bool = False) -> str:
        return self.raw.create_index(options.keys(keys), unique=bool(unique))


def _sort(sort: Sort | None) -> Sort | None:
    return None if sort is None else options.keys(sort)


@final
@dataclass(frozen=True, slots=True)
class CheckedDatabase:
    """Its tools see the backend itself as `raw`."""

    raw: Database

    def __getitem__(self, name: str) -> Collection:
        return self.collection(name)

    def collection(self, name: str) -> Collection:
        return CheckedCollection(self.raw.collection(options.name(name)))

    def ping(self) -> None:
        self.raw.ping()

    def close(self) -> None:
        self.raw.close()
