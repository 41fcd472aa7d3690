"""Databases for tests: mongomock behind the same wall as every backend."""

import threading
from types import TracebackType
from typing import Any, cast

import mongomock
from pymongo import MongoClient
from pymongo.errors import OperationFailure, WriteError

from common.storage.checked import CheckedDatabase
from common.storage.mongo import MongoDatabase
from common.storage.mongo_errors import DriverErrors
from common.storage.protocol import Database, Document, Refused


class OneAtATime:
    """mongomock's find_one_and_update is not atomic by itself; under a lock it is."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._errors = DriverErrors()

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._lock.release()
        if type(error) in (OperationFailure, WriteError) and not getattr(error, "code", None):
            raise Refused(str(error)) from None  # mongomock gives no codes
        self._errors.__exit__(kind, error, trace)


def mongomock_database(name: str = "test_keyland") -> Database:
    """An empty database in memory."""
    client = cast(MongoClient[Document], mongomock.MongoClient(tz_aware=True))
    return CheckedDatabase(MongoDatabase(lambda: client, name, OneAtATime()))


def raw_of(database: Database) -> Any:
    """The backend behind the wall."""
    assert isinstance(database, CheckedDatabase)
    return database.raw
