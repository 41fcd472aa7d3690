"""Writes what has happened, for as long as the database is away: a sent message stays sent."""

import logging
import threading
from collections.abc import Callable

from common.storage.protocol import StorageUnavailable
from common.supervision import Watchdog

log = logging.getLogger(__name__)
PAUSE_SECONDS = 0.5
PATIENCE_SECONDS = 180.0  # of the watchdog, while the database may be away for hours


class Persistence:
    """Repeats a write until it is taken, or until the service stops: then the claim it belongs to
    is found as `sending` by the next run, which calls it unknown.
    """

    def __init__(self, stopping: threading.Event, watchdog: Watchdog | None = None) -> None:
        self._stopping = stopping
        self._watchdog = watchdog or Watchdog()

    def write(self, change: Callable[[], None]) -> None:
        """`change` must be safe to repeat: a failed write may have been taken."""
        while True:
            try:
                change()
            except StorageUnavailable:
                log.warning("the database is away; an outcome waits to be written")
                self._watchdog.expect(threading.current_thread().name, PATIENCE_SECONDS)
                if self._stopping.wait(PAUSE_SECONDS):
                    return
            else:
                return
