"""A session a process and thread, opened at first use: a SQLite connection survives no fork."""

import ctypes
import os
import sqlite3
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar, final

from common.storage.embedded import filesystem
from common.storage.embedded.job import Job
from common.storage.embedded.session import Session
from common.storage.embedded.turnstile import Turnstile
from common.storage.protocol import StorageUnavailable

T = TypeVar("T")
MOST_TOGETHER = 32


@final
class Sessions:
    def __init__(self, file: Path) -> None:
        self.file = file
        self._open: dict[tuple[int, int], Session] = {}
        self._turnstile = Turnstile()
        self._identity: tuple[int, int] | None = None
        _everywhere.add(self)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session in a snapshot. Raises StorageUnavailable for any trouble of SQLite."""
        try:
            session = self.current()
            with session.in_use:
                session.begin("BEGIN")
                try:
                    yield session
                finally:
                    session.commit()
        except sqlite3.Error as error:
            raise unavailable(error) from error

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session that alone may write; an exception undoes all that was written."""
        try:
            session = self.current()
            turnstile = self._entered(session)
            try:
                with session.in_use, _transaction(session):
                    yield session
            finally:
                turnstile.leave()
        except sqlite3.Error as error:
            raise unavailable(error) from error

    def write(self, work: Callable[[Session], T]) -> T:
        """What `work` wrote is committed when this returns; when `work` raises, it is undone.

        Those who come while one is writing share the next transaction and its commit, so `work`
        may run in another thread, and may not write by other means.
        """
        try:
            session = self.current()
            job = Job(work)
            turnstile = self._entered(session, job)
            if not job.done:
                try:
                    with session.in_use:
                        self._do(session, job, turnstile)
                finally:
                    turnstile.leave()
            result: T = job.result()
        except sqlite3.Error as error:
            raise unavailable(error) from error
        return result

    def _entered(self, session: Session, job: Job | None = None) -> Turnstile:
        turnstile = self._turnstile
        if not turnstile.enter(session.patience_s, job):
            raise StorageUnavailable("embedded database: too many writers of this process")
        return turnstile

    def _do(self, session: Session, job: Job, turnstile: Turnstile) -> None:
        """The job, and those of the threads that wait behind."""
        others: list[Job] = []
        try:
            with _transaction(session):
                job.run(session)
                others = turnstile.behind(MOST_TOGETHER)
                for other in others:
                    other.run_among_others(session)
                session.check_open()
        except BaseException as trouble:
            for other in others:
                other.fail(f"undone together with another's: {_name(trouble)}")
            raise
        for other in others:
            other.finish()

    def current(self) -> Session:
        """A dead thread's session passes to the next thread of the same number."""
        self._refuse_moved()
        owner = (os.getpid(), threading.get_ident())
        session = self._open.get(owner)
        if session is None:
            filesystem.prepare(self.file)
            session = self._open[owner] = Session(self.file)
            self._identity = self._identity or filesystem.identity(self.file)
        return session

    def _refuse_moved(self) -> None:
        """Else some threads would go on with the file that was here, and others begin a new one."""
        if self._identity and filesystem.identity(self.file) != self._identity:
            raise StorageUnavailable(f"{self.file} was moved away or replaced while it was open")

    def close(self) -> None:
        """Closes the connections of all threads of this process; a later use opens anew."""
        self._identity = None
        for owner in list(self._open):
            if owner[0] == os.getpid():
                self._open.pop(owner).close()

    def abandon(self) -> None:
        """In a forked child: never touch the parent's connections, not even to close them.

        SQLite's clean-up would write into the shared memory of a transaction that the parent may
        be in, so these objects are kept from ever being freed.
        """
        for session in self._open.values():
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(session.sql))
        self._open.clear()
        self._turnstile = Turnstile()


_everywhere: weakref.WeakSet[Sessions] = weakref.WeakSet()


def _abandon_all() -> None:
    for sessions in list(_everywhere):
        sessions.abandon()


os.register_at_fork(after_in_child=_abandon_all)


@contextmanager
def _transaction(session: Session) -> Iterator[None]:
    session.begin("BEGIN IMMEDIATE")
    try:
        yield
        session.commit()
    except BaseException:
        session.undo()
        raise


def unavailable(error: sqlite3.Error) -> StorageUnavailable:
    """SQLite's messages name tables of ours, never a value."""
    return StorageUnavailable(f"embedded database: {_name(error)}: {error}")


def _name(trouble: BaseException) -> str:
    return getattr(trouble, "sqlite_errorname", type(trouble).__name__)
