"""MongoDB through pymongo: thin, so that the driver's names end here."""

import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, final

from pymongo import MongoClient, ReturnDocument
from pymongo.collection import Collection as DriverCollection

from common.storage.mongo_errors import DriverErrors
from common.storage.protocol import (
    Collection,
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

Guard = AbstractContextManager[None]


@final
@dataclass(frozen=True, slots=True)
class MongoCollection:
    database: "MongoDatabase"
    name: str

    @property
    def _driver(self) -> DriverCollection[Document]:
        return self.database.driver(self.name)

    @property
    def _guard(self) -> Guard:
        return self.database.guard

    def find_one(
        self, where: Filter, projection: Projection | None = None, *, sort: Sort | None = None
    ) -> Document | None:
        with self._guard:
            return self._driver.find_one(where, projection, sort=sort)

    def find(
        self,
        where: Filter,
        projection: Projection | None = None,
        *,
        sort: Sort | None = None,
        skip: int = 0,
        limit: int = 0,
    ) -> Iterator[Document]:
        with self._guard:
            cursor = self._driver.find(where, projection, sort=sort, skip=skip, limit=limit)
        while True:
            with self._guard:
                document = next(cursor, None)
            if document is None:
                return
            yield document

    def count_documents(self, where: Filter) -> int:
        with self._guard:
            return self._driver.count_documents(where)

    def distinct(self, field: str, where: Filter | None = None) -> list[Any]:
        with self._guard:
            return self._driver.distinct(field, where)

    def insert_one(self, document: Mapping[str, Any]) -> InsertOneResult:
        with self._guard:
            return InsertOneResult(self._driver.insert_one(dict(document)).inserted_id)

    def insert_many(self, documents: Iterable[Mapping[str, Any]]) -> InsertManyResult:
        with self._guard:
            done = self._driver.insert_many([dict(document) for document in documents])
            return InsertManyResult(done.inserted_ids)

    def update_one(self, where: Filter, update: Update, *, upsert: bool = False) -> UpdateResult:
        with self._guard:
            done = self._driver.update_one(where, update, upsert=upsert)
            return UpdateResult(done.matched_count, done.modified_count, done.upserted_id)

    def update_many(self, where: Filter, update: Update) -> UpdateResult:
        with self._guard:
            done = self._driver.update_many(where, update)
            return UpdateResult(done.matched_count, done.modified_count)

    def delete_one(self, where: Filter) -> DeleteResult:
        with self._guard:
            return DeleteResult(self._driver.delete_one(where).deleted_count)

    def delete_many(self, where: Filter) -> DeleteResult:
        with self._guard:
            return DeleteResult(self._driver.delete_many(where).deleted_count)

    def find_one_and_update(
        self, where: Filter, update: Update, *, sort: Sort | None = None, upsert: bool = False
    ) -> Document | None:
        after = ReturnDocument.AFTER
        with self._guard:
            found: Document | None = self._driver.find_one_and_update(
                where, update, sort=sort, upsert=upsert, return_document=after
            )
            return found

    def create_index(self, keys: Sort, *, unique: bool = False) -> str:
        with self._guard:
            return self._driver.create_index(list(keys), unique=unique)


@final
@dataclass
class MongoDatabase:
    """One client a process, made at first use: a client does not survive a fork."""

    open_client: Callable[[], MongoClient[Document]]
    name: str
    guard: Guard = field(default_factory=DriverErrors)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _client: tuple[int, MongoClient[Document]] | None = None

    def client(self) -> MongoClient[Document]:
        current = self._client
        if current is not None and current[0] == os.getpid():
            return current[1]
        with self._lock:
            if self._client is None or self._client[0] != os.getpid():
                self._client = (os.getpid(), self.open_client())
            return self._client[1]

    def driver(self, name: str) -> DriverCollection[Document]:
        return self.client()[self.name][name]

    def __getitem__(self, name: str) -> Collection:
        return self.collection(name)

    def collection(self, name: str) -> Collection:
        return MongoCollection(self, name)

    def ping(self) -> None:
        with self.guard:
            self.client()[self.name].command("ping")

    def close(self) -> None:
        with self._lock:
            current, self._client = self._client, None
        if current is not None and current[0] == os.getpid():
            current[1].close()

    def collection_names(self) -> list[str]:
        with self.guard:
            return sorted(self.client()[self.name].list_collection_names())

    def indexes(self, name: str) -> list[tuple[list[tuple[str, int]], bool]]:
        """The (keys, unique) of each index but that of `_id`."""
        with self.guard:
            described = self.driver(name).index_information()
        return [
            (list(index["key"]), bool(index.get("unique")))
            for index_name, index in described.items()
            if index_name != "_id_"
        ]


_DEADLINES_MS = {
    "serverSelectionTimeoutMS": 3000,
    "connectTimeoutMS": 3000,
    "socketTimeoutMS": 20000,
}


def open_mongo(url: str, name: str) -> MongoDatabase:
    """A write is acknowledged when a majority has it in its journal; the url may set deadlines."""
    given = url.lower()
    deadlines: dict[str, Any] = {
        option: value for option, value in _DEADLINES_MS.items() if option.lower() not in given
    }

    def open_client() -> MongoClient[Document]:
        return MongoClient(
            url,
            tz_aware=True,
            w="majority",
            journal=True,
            appname="keyland",
            connect=False,
            **deadlines,
        )

    return MongoDatabase(open_client, name)
