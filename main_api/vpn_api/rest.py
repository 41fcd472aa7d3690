"""How long a neighbour in trouble is left alone: a little longer after each failure, to a limit."""

import threading
from collections.abc import Callable
from time import monotonic

FIRST_SECONDS = 0.25
LONGEST_SECONDS = 1.2  # a server that returns is to have its users within two seconds


class Rest:
    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._until = 0.0
        self._next = FIRST_SECONDS

    def over(self) -> bool:
        return self._now() >= self._until

    @property
    def untroubled(self) -> bool:
        """Whether nothing has failed since it last worked."""
        return self._next == FIRST_SECONDS

    def failed(self) -> None:
        """Failures of calls that were under way together count as one."""
        with self._lock:
            if self.over():
                self._until = self._now() + self._next
                self._next = min(2 * self._next, LONGEST_SECONDS)

    def worked(self) -> None:
        with self._lock:
            self._until, self._next = 0.0, FIRST_SECONDS
