"""Whether the core runs, and whether it is still the one that was told everything."""

import threading
from collections.abc import Callable

from country_api.core.client import CoreClient, CoreError

SLACK_SECONDS = 1.2  # uptime comes in whole seconds


class Pulse:
    """`generation` changes whenever the core may have started anew and forgotten its users: the
    client has lost it, or its start is later than it was. `monotonic` in seconds.
    """

    def __init__(self, client: CoreClient, monotonic: Callable[[], float]) -> None:
        self._client = client
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._started: float | None = None
        self._restarts = 0

    @property
    def generation(self) -> tuple[int, int]:
        return (self._client.losses, self._restarts)

    def beat(self, *, seconds: float = 0.5) -> bool:
        """Ask the core; whether it answered."""
        try:
            uptime = self._client.uptime(seconds=seconds)
        except CoreError:
            return False
        started = self._monotonic() - uptime
        with self._lock:
            if self._started is not None and started > self._started + SLACK_SECONDS:
                self._restarts += 1
                self._started = started
            self._started = started if self._started is None else min(self._started, started)
        return True
