"""Brings the core to what the store wants, user by user, and knows what the core holds."""

import itertools
import logging
import threading
from dataclasses import dataclass

from common.clock import Clock
from country_api.core.accounts import Accounts
from country_api.core.client import CoreDown, CoreError
from country_api.pulse import Pulse
from country_api.store import Store, is_live

log = logging.getLogger(__name__)
Generation = tuple[int, int]


@dataclass(frozen=True)
class Held:
    """What a core of this generation holds for a user: an id, or None; `order` tells when."""

    generation: Generation
    core_id: str | None
    order: int


class Enforcer:
    """Changes of one user are made one after the other; each reads the store anew, so the last
    one leaves the core as the store is, whatever order they came in.
    """

    def __init__(self, store: Store, accounts: Accounts, pulse: Pulse, clock: Clock) -> None:
        self._store = store
        self._accounts = accounts
        self._pulse = pulse
        self._clock = clock
        self._locks = [threading.Lock() for _ in range(256)]
        self._order = itertools.count()
        self._held: dict[str, Held] = {}
        self._unsettled: set[str] = set()
        self._repaired: Generation | None = None

    def settle(self, key: str) -> bool:
        """Add, replace or remove this user in the core; whether the core holds him afterwards.

        A core that fails leaves him unsettled: `settle_rest` and `repair` come back to him.
        """
        with self._lock(key):
            user = self._store.get(key)
            wanted = user.core_id if user and is_live(user, self._clock()) else None
            try:
                self._bring(key, wanted)
            except CoreError as trouble:
                self._held.pop(key, None)
                self._unsettled.add(key)
                if not isinstance(trouble, CoreDown):
                    log.warning("%s is not settled: %s %s", key, trouble, trouble.told)
                return False
            self._unsettled.discard(key)
            return wanted is not None

    def _lock(self, key: str) -> threading.Lock:
        return self._locks[hash(key) % len(self._locks)]

    def _bring(self, key: str, wanted: str | None) -> None:
        generation = self._pulse.generation
        known, held = self._known(key, generation)
        if known and held == wanted:
            return
        if not known or held is not None:
            self._accounts.remove(key)
        if wanted is not None:
            self._accounts.add(key, wanted)
        self._held[key] = Held(generation, wanted, next(self._order))

    def _known(self, key: str, generation: Generation) -> tuple[bool, str | None]:
        """Whether it is known what the core holds, and what."""
        held = self._held.get(key)
        if held and held.generation == generation:
            return True, held.core_id
        absent = self._repaired == generation and key not in self._unsettled and not held
        return absent, None

    @property
    def in_order(self) -> bool:
        """Whether this core has been compared with the store since it may have started anew."""
        return self._repaired == self._pulse.generation

    def repair(self) -> None:
        """Bring every user to what the store wants; raises CoreError when it cannot be compared.

        A core that can list is changed only where it differs, and loses whom the store does not
        know; the other is told everything again.
        """
        generation, since = self._pulse.generation, next(self._order)
        if self._accounts.can_list:
            keys = self._differing(self._accounts.listed(), generation, since)
        else:
            keys = [user.key for user in self._store.all()]
        settled = [self.settle(key) for key in keys]
        if keys:
            log.info("core repaired: %d users looked at, %d in it", len(keys), sum(settled))
        self._repaired = generation

    def _differing(self, listed: dict[str, str], generation: Generation, since: int) -> list[str]:
        live = self._store.live(self._clock())
        for key in listed.keys() | live.keys() | set(self._held):
            self._learn(key, Held(generation, listed.get(key), since))
        return [key for key in listed.keys() | live.keys() if listed.get(key) != live.get(key)]

    def _learn(self, key: str, said: Held) -> None:
        """Take over what the core said, unless we have changed this user since it was asked."""
        with self._lock(key):
            held = self._held.get(key)
            if held is None or held.order < said.order:
                self._held[key] = said

    def settle_rest(self) -> None:
        """Try again whomever the core has refused or was too slow for."""
        for key in list(self._unsettled):
            self.settle(key)
