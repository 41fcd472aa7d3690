"""Writes what has happened, for as long as the database is away: a sent message stays sent."""

import logging
import threading
from collections.abc import Callable

from common.storage.protocol import StorageUnavailable

log = logging.getLogger(__name__)
PAUSE_SECONDS = 0.5


class Persistence:
    """Repeats a write until it is taken, or until the service stops: then the claim it belongs to
    is found as `sending` by the next run, which calls it unknown.
    """

    def __init__(self, stopping: threading.Event) -> None:
        self._stopping = stopping

    def write(self, change: Callable[[], None]) -> None:
        """`change` must be safe to repeat: a failed write may have been taken."""
        while True:
            try:
                change()
            except StorageUnavailable:
                log.warning("the database is away; an outcome waits to be written")
                if self._stopping.wait(PAUSE_SECONDS):
                    return
            else:
                return
