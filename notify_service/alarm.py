"""Wakes whoever waits for the next due notice: when it is due by our Clock, or when told to."""

import threading
from datetime import datetime, timedelta
from time import monotonic

from common.clock import Clock

LOOK_SECONDS = 1.0  # the Clock may jump (sandbox, a corrected system clock): look at it this often
TURN = timedelta(seconds=10)  # the longest wait, so that it is seen that they live


class Alarm:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._changed = threading.Condition()
        self._rings = 0

    def rings(self) -> int:
        """Take it before looking for work: what rings afterwards is not missed by `wait`."""
        with self._changed:
            return self._rings

    def ring(self) -> None:
        with self._changed:
            self._rings += 1
            self._changed.notify_all()

    def ring_for(self, due: datetime) -> None:
        """Something is due then. Who waits looks again within a turn in any case, so what is due
        later wakes nobody.
        """
        if due <= self._clock() + 2 * TURN:
            self.ring()

    def wait(self, seen: int, due: datetime | None) -> None:
        """Return when it has rung since `seen`, or at `due`, or after a turn of real seconds, since
        the Clock may be set back; None means no time of its own.
        """
        end = monotonic() + TURN.total_seconds()
        with self._changed:
            while self._rings == seen and monotonic() < end:
                if (left := self._seconds_to(due)) <= 0:
                    return
                self._changed.wait(min(left, LOOK_SECONDS))

    def pause(self, seen: int, seconds: float) -> None:
        """Return after real seconds, or when it has rung since `seen`."""
        with self._changed:
            self._changed.wait_for(lambda: self._rings != seen, seconds)

    def _seconds_to(self, due: datetime | None) -> float:
        return LOOK_SECONDS if due is None else (due - self._clock()).total_seconds()
