"""What a thread wants to have written, which another thread of its process may do for it."""

import threading
from collections.abc import Callable
from typing import Any, final

from common.storage.embedded.session import Session
from common.storage.protocol import StorageUnavailable

Work = Callable[[Session], Any]


@final
class Job:
    """Without `work` it only waits for its turn. `gate` opens when the turn has come, or when
    another has seen to it and it is `done`: committed, or refused with nothing written.
    """

    def __init__(self, work: Work | None = None) -> None:
        self.work = work
        self.gate = threading.Lock()
        self.gate.acquire()
        self.done = False
        self._result: Any = None
        self._error: Exception | None = None

    def run(self, session: Session) -> None:
        assert self.work
        self._result = self.work(session)

    def run_among_others(self, session: Session) -> None:
        """As `run`, but its own error is for the one who wants it, and undoes only its own."""
        try:
            with session.savepoint():
                self.run(session)
        except Exception as error:  # noqa: BLE001 -- it is raised by `result`
            self._error = error

    def finish(self) -> None:
        self.done = True
        self.gate.release()

    def fail(self, why: str) -> None:
        """The whole transaction was undone."""
        self._error = StorageUnavailable(why)
        self.finish()

    def result(self) -> Any:
        if self._error:
            raise self._error
        return self._result
