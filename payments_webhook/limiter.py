"""How many a second of what anybody may send, with room for a burst."""

import threading

from common.clock import Clock


class Limiter:
    """A bucket that fills at `rate` a second up to `burst`."""

    def __init__(self, clock: Clock, *, rate: float, burst: float) -> None:
        self._clock = clock
        self._rate, self._burst = rate, burst
        self._left, self._at = burst, clock()
        self._lock = threading.Lock()

    def takes(self) -> bool:
        with self._lock:
            now = self._clock()
            passed = max(0.0, (now - self._at).total_seconds())
            self._left = min(self._burst, self._left + passed * self._rate)
            self._at = now
            if self._left < 1:
                return False
            self._left -= 1
            return True
