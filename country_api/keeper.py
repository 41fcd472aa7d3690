"""The thread that keeps the core as the store wants it, with nobody calling."""

import logging
import threading
from collections.abc import Callable

from common.clock import Clock
from common.errors import ServiceError
from common.supervision import Watchdog
from country_api.core.accounts import Accounts
from country_api.core.stale_socket import remove_if_stale
from country_api.enforce import Enforcer
from country_api.mirror import Mirror
from country_api.own_walls import OwnWalls
from country_api.pulse import Pulse
from country_api.store import Store

log = logging.getLogger(__name__)
TICK_SECONDS = 0.3
COMPARE_SECONDS = 30.0
PATIENCE_SECONDS = 180.0  # a repair of 10,000 users on a slow machine takes less


class Keeper:
    """Ends access on time, repairs a core that has started anew, retries what failed, and now and
    then compares everything where the core can list its users.
    """

    def __init__(
        self,
        *,
        store: Store,
        accounts: Accounts,
        pulse: Pulse,
        enforcer: Enforcer,
        mirror: Mirror,
        core_api: str,
        clock: Clock,
        monotonic: Callable[[], float],
        walls: OwnWalls,
        watchdog: Watchdog | None = None,
    ) -> None:
        self._watchdog = watchdog or Watchdog()
        self._store, self._accounts, self._pulse = store, accounts, pulse
        self._enforcer, self._mirror = enforcer, mirror
        self._core_api, self._walls = core_api, walls
        self._clock, self._monotonic = clock, monotonic
        self._seen_until = clock()
        self._compared = monotonic()
        self._told = ""
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="keeper", daemon=True)

    def start(self) -> None:
        """The core's config file is right when this returns."""
        self._seen_until = self._clock()
        self._mirror.start()
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()
        self._mirror.stop()

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._watchdog.expect("keeper", PATIENCE_SECONDS)
            try:
                self.tick()
                self._tell("" if self._enforcer.in_order else "the core does not answer")
            except ServiceError as trouble:
                self._tell(f"the core is not in order: {trouble}")
            except Exception:
                log.exception("the keeper stumbled; it goes on")
            self._stopped.wait(TICK_SECONDS)

    def _tell(self, trouble: str) -> None:
        """Log a trouble when it begins and when it is over, not at every tick."""
        if trouble != self._told:
            self._told = trouble
            log.warning("%s", trouble or "the core is in order")

    def tick(self) -> None:
        self._end_access()
        self._walls.look()
        self._mirror.check()
        if not self._pulse.beat():
            remove_if_stale(self._core_api)
            return
        if not self._enforcer.in_order or self._comparison_is_due():
            self._enforcer.repair()
            self._compared = self._monotonic()
        self._enforcer.settle_rest()
        self._walls.shut()

    def _comparison_is_due(self) -> bool:
        waited = self._monotonic() - self._compared
        return self._accounts.can_list and waited > COMPARE_SECONDS

    def _end_access(self) -> None:
        """Settle everybody whose end lies between the last look and now; time may also be set back,
        and then they are served again.
        """
        now = self._clock()
        keys = self._store.ending_between(min(self._seen_until, now), max(self._seen_until, now))
        if keys:
            log.info("access of %d users has ended or begun again", len(keys))
            self._mirror.touch()
        self._enforcer.settle(keys)
        self._seen_until = now
