"""One SQLite connection with the catalogue it last saw, and its transactions."""

import os
import random
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, final

from common.clock import real_sleep
from common.storage.embedded import catalogue
from common.storage.embedded.catalogue import Table
from common.storage.protocol import StorageUnavailable

_BUSY = sqlite3.SQLITE_BUSY


@final
class Session:
    """Belongs to one thread of one process.

    The waiting for a lock is ours: SQLite's own busy handler lets one writer starve among others.
    """

    def __init__(self, file: Path) -> None:
        self.sql = sqlite3.connect(
            file, timeout=0, isolation_level=None, check_same_thread=False, cached_statements=256
        )
        self.in_use = threading.Lock()
        self.tables: dict[str, Table] = {}
        self.patience_s = 15.0
        self._pid = os.getpid()
        self._version = -1
        self._set_up()

    def query(self, statement: str, parameters: tuple[Any, ...] = ()) -> list[Any]:
        return self.sql.execute(statement, parameters).fetchall()

    def refresh(self) -> None:
        """After the catalogue was changed in this transaction, or might have been by others."""
        ((version,),) = self.query("PRAGMA user_version")
        if version != self._version:
            self.tables = catalogue.load(self.sql) if version else {}
            self._version = version

    def close(self) -> None:
        """Waits for a transaction under way: to close beneath another thread's call is a crash."""
        with self.in_use:
            self.sql.close()

    def begin(self, statement: str) -> None:
        patiently(lambda: self._try_begin(statement), self.patience_s)

    def _try_begin(self, statement: str) -> None:
        self.sql.execute(statement)
        try:
            self.refresh()  # the first read; from here on the snapshot stands
        except BaseException:
            self.undo()
            raise

    def commit(self) -> None:
        if self._pid != os.getpid():
            raise StorageUnavailable("a transaction does not outlive a fork")
        if self.sql.in_transaction:
            self.sql.execute("COMMIT")

    def undo(self) -> None:
        self._version = -1  # what was seen of the catalogue may be undone as well
        if self._pid == os.getpid() and self.sql.in_transaction:  # never the parent's, in a child
            self.sql.execute("ROLLBACK")

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Within a transaction: an error undoes what was written in here, and nothing else."""
        self.check_open()  # else a savepoint would begin a transaction
        self.sql.execute("SAVEPOINT one_of_several")
        try:
            yield
            self.sql.execute("RELEASE one_of_several")
        except BaseException:
            self._take_back()
            raise

    def _take_back(self) -> None:
        self._version = -1
        try:
            self.check_open()
            self.sql.execute("ROLLBACK TO one_of_several")
            self.sql.execute("RELEASE one_of_several")
            self.refresh()
        except BaseException:
            self.undo()  # what is half undone must not be committed with the others
            raise

    def check_open(self) -> None:
        """After some errors, as of a full disk, SQLite undoes the whole transaction by itself."""
        if not self.sql.in_transaction:
            raise StorageUnavailable("the transaction was undone")

    def _set_up(self) -> None:
        patiently(lambda: self.query("PRAGMA journal_mode = WAL"), self.patience_s)
        self.sql.execute("PRAGMA synchronous = FULL")
        self.sql.execute("PRAGMA temp_store = MEMORY")
        self.sql.execute("PRAGMA journal_size_limit = 67108864")
        self._make_catalogue()
        self._refuse_foreign()

    def _make_catalogue(self) -> None:
        self.begin("BEGIN")
        empty = self._is_empty()
        self.commit()
        if empty:
            self.begin("BEGIN IMMEDIATE")
            if self._is_empty():  # no other process was faster
                catalogue.create(self.sql)
            self.commit()

    def _is_empty(self) -> bool:
        ((tables,),) = self.query("SELECT count(*) FROM sqlite_master")
        return bool(tables == 0)

    def _refuse_foreign(self) -> None:
        ((application,),) = self.query("PRAGMA application_id")
        if application != catalogue.APPLICATION_ID:
            raise StorageUnavailable("the file is a SQLite database, but none of ours")
        ((version,),) = self.query("SELECT version FROM format")
        if version != catalogue.FORMAT:
            raise StorageUnavailable(f"the file has format {version}, this is {catalogue.FORMAT}")


def patiently(attempt: Callable[[], object], patience_s: float) -> None:
    """Repeats what found the file locked, after a random moment, so that all have their turn."""
    give_up = time.monotonic() + patience_s
    while True:
        try:
            attempt()
        except sqlite3.OperationalError as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF != _BUSY or time.monotonic() > give_up:
                raise
        else:
            return
        real_sleep(random.uniform(0.0001, 0.002))  # noqa: S311 -- jitter, no secret
