"""The thread that reads the core's counters every few seconds, with nobody calling."""

import logging
import threading

from common.errors import ServiceError
from common.supervision import Watchdog
from country_api.core.client import CoreError
from country_api.traffic.ledger import Ledger
from country_api.traffic.meter import Meter

log = logging.getLogger(__name__)
EVERY_SECONDS = 10.0
PATIENCE_SECONDS = 120.0


class Recorder:
    """What the core counted after its last reading is lost when the core dies: of each user what he
    moved in at most EVERY_SECONDS. Nothing is lost when the agent dies.
    """

    def __init__(
        self,
        meter: Meter,
        ledger: Ledger,
        watchdog: Watchdog | None = None,
        every_seconds: float = EVERY_SECONDS,
    ) -> None:
        self._meter, self._ledger = meter, ledger
        self._watchdog = watchdog or Watchdog()
        self._every_seconds = every_seconds
        self._told = ""
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="traffic", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()

    def tick(self) -> bool:
        """Whether the core was read; raises CoreError, Unavailable."""
        return self._ledger.take(self._meter.read)

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._watchdog.expect("traffic", PATIENCE_SECONDS)
            try:
                self.tick()
                self._tell("")
            except CoreError:
                pass  # the keeper tells of it
            except ServiceError as trouble:
                self._tell(f"traffic is not counted: {trouble}")
            except Exception:
                log.exception("the counting of traffic stumbled; it goes on")
            self._stopped.wait(self._every_seconds)

    def _tell(self, trouble: str) -> None:
        if trouble != self._told:
            self._told = trouble
            log.warning("%s", trouble or "traffic is counted")
