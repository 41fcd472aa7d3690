"""Who should be in the core and is not, as far as the agent knows, and for how long."""

import threading
from collections.abc import Callable
from typing import NamedTuple

from common.clock import Clock
from country_api.enforce import Enforcer
from country_api.store import Store


class Lack(NamedTuple):
    """`live` users may be served now; of them the `keys` are not in the core, the first of them
    for `seconds`.
    """

    live: int
    keys: list[str]
    seconds: float


class Missing:
    """Remembers since when it has seen each of them missing; `monotonic` in seconds."""

    def __init__(
        self, store: Store, enforcer: Enforcer, clock: Clock, monotonic: Callable[[], float]
    ) -> None:
        self._store = store
        self._enforcer = enforcer
        self._clock = clock
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._since: dict[str, float] = {}

    def now(self, *, core_running: bool) -> Lack:
        """While the core is down, or is not compared with the store yet, nobody counts as in it."""
        live = self._store.live(self._clock())
        compared = core_running and self._enforcer.in_order
        lacking = self._enforcer.unsettled & live.keys() if compared else set(live)
        moment = self._monotonic()
        with self._lock:
            self._since = {key: self._since.get(key, moment) for key in lacking}
            first = min(self._since.values(), default=moment)
            keys = sorted(self._since, key=lambda key: (self._since[key], key))
        return Lack(len(live), keys, max(moment - first, 0.0))
