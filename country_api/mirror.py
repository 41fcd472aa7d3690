"""Keeps the core's config file equal to the store, so that a core which starts has its users."""

import logging
import subprocess
import threading
from time import monotonic

from common.clock import Clock
from common.errors import ServiceError
from common.supervision import Watchdog
from country_api.core.config_file import BadConfig, ConfigFile
from country_api.store import Store

log = logging.getLogger(__name__)
DEBOUNCE_SECONDS = 0.1
REST = 200  # times as long as a write took
RETRY_SECONDS = 1.0
PATIENCE_SECONDS = 120.0  # the core itself may test the file for 45 s


class Mirror:
    """A thread that writes the file soon after each `touch()`.

    A write costs in proportion to all users, a change does not: so after each write comes a rest
    of many times its length. The file may lag behind the store by that rest; when the process dies
    meanwhile, the next start writes it from the store before anything else, and while it lives a
    core that starts from an older file is brought level by the keeper.
    """

    def __init__(
        self,
        file: ConfigFile,
        store: Store,
        clock: Clock,
        watchdog: Watchdog | None = None,
        longest_rest_s: float = 60.0,
    ) -> None:
        self._longest_rest_s = longest_rest_s
        self._watchdog = watchdog or Watchdog()
        self._file = file
        self._store = store
        self._clock = clock
        self._touched = threading.Event()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="mirror", daemon=True)
        self.well = False

    def start(self) -> None:
        """Write the file now, and keep it from then on; a failure is retried, see `well`."""
        if not self.write():
            self._touched.set()
        self._thread.start()

    def touch(self) -> None:
        """The users have changed."""
        self._touched.set()

    def check(self) -> None:
        """A file that another hand has changed or removed is written anew."""
        if self.well and not self._file.as_left:
            log.warning("the core's config file was changed by another hand")
            self.touch()

    def write(self) -> bool:
        try:
            self._file.write(lambda: self._store.live(self._clock()))
        except (OSError, BadConfig, ServiceError, subprocess.TimeoutExpired) as trouble:
            self.well = False
            log.error("the core's config cannot be written: %s", trouble)  # noqa: TRY400 -- no bug
        else:
            self.well = True
        return self.well

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._touched.wait()
            self._watchdog.expect("mirror", PATIENCE_SECONDS)
            self._stopped.wait(DEBOUNCE_SECONDS)
            self._touched.clear()
            began = monotonic()
            if self.write():
                rest = min(REST * (monotonic() - began), self._longest_rest_s)
            else:
                self._touched.set()
                rest = RETRY_SECONDS
            self._watchdog.done("mirror")
            self._stopped.wait(rest)

    def stop(self) -> None:
        """What was touched is written before this returns."""
        self._stopped.set()
        self._touched.set()
        if self._thread.is_alive():
            self._thread.join()
            self.write()
