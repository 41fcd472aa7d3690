"""One writer of a process at a time, in the order of coming: threads wait here without spinning."""

import threading
from collections import deque
from typing import final


@final
class Turnstile:
    """A lock that goes to the longest waiter; threading.Lock lets a busy thread enter again first.

    It only spares the threads of one process the polling of SQLite's lock, which decides.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._taken = False

    def enter(self, patience_s: float) -> bool:
        """False when the turn did not come in time."""
        with self._guard:
            if not self._taken:
                self._taken = True
                return True
            gate = threading.Lock()
            gate.acquire()  # released by whoever hands the turn over
            self._waiting.append(gate)
        if gate.acquire(timeout=patience_s):
            return True
        with self._guard:
            if gate in self._waiting:
                self._waiting.remove(gate)
                return False
        return True  # handed over at the last moment

    def leave(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False
