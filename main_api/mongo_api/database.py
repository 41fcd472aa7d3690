"""The database with its indexes: made at the first use of a collection, whenever that succeeds."""

import threading

from typing_extensions import override

from common.storage.protocol import Collection, Database
from main_api.mongo_api.collections import INDEXES


class IndexedDatabase(Database):
    """So a process can start with the database away, and nothing is written without its indexes.

    Stores ask for their collection at each call (`db["users"]`) and never keep it.
    """

    def __init__(self, raw: Database) -> None:
        self._raw = raw
        self._ready: set[str] = set()
        self._lock = threading.Lock()

    @override
    def __getitem__(self, name: str) -> Collection:
        return self.collection(name)

    @override
    def collection(self, name: str) -> Collection:
        collection = self._raw.collection(name)
        if name not in self._ready:
            self._make_indexes(name, collection)
        return collection

    def _make_indexes(self, name: str, collection: Collection) -> None:
        with self._lock:
            for keys, unique in INDEXES.get(name, []):
                collection.create_index(keys, unique=unique)
            self._ready.add(name)

    @override
    def ping(self) -> None:
        self._raw.ping()

    @override
    def close(self) -> None:
        self._raw.close()
