"""Brings the core to what the store wants, many users at once, and knows what the core holds."""

import itertools
import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from common.clock import Clock
from country_api.core.accounts import Accounts, Failures
from country_api.core.client import CoreDown, CoreError
from country_api.pulse import Pulse
from country_api.store import Store

log = logging.getLogger(__name__)
Generation = tuple[int, int]
Known = tuple[bool, str | None]  # whether it is known what the core holds, and what
AT_ONCE = 200  # calls to the core that are under way together
BLINDLY_AT_ONCE = 8  # whoever is removed to be added anew is without access in between
LOCKS = 4096  # so many that lists of strangers seldom wait for each other


@dataclass(frozen=True, slots=True)
class Held:
    """What a core of this generation holds for a user: an id, or None; `order` tells when."""

    generation: Generation
    core_id: str | None
    order: int


class Enforcer:
    """Changes of one user are made one after the other; each reads the store anew, so the last
    one leaves the core as the store is, whatever order they came in.
    """

    def __init__(
        self,
        store: Store,
        accounts: Accounts,
        pulse: Pulse,
        clock: Clock,
        cut: Callable[[Mapping[str, str | None]], None],
    ) -> None:
        self._cut = cut
        self._store = store
        self._accounts = accounts
        self._pulse = pulse
        self._clock = clock
        self._locks = [threading.Lock() for _ in range(LOCKS)]
        self._order = itertools.count()
        self._held: dict[str, Held] = {}
        self._unsettled: set[str] = set()
        self._half_done: set[str] = set()
        self._repaired: Generation | None = None

    def settle(self, keys: Iterable[str], at_once: int = AT_ONCE) -> set[str]:
        """Add, replace or remove these users in the core; whom of them it holds afterwards.

        A core that fails with one leaves him unsettled: `settle_rest` and `repair` come back to
        him.
        """
        ordered = sorted(set(keys))
        return {
            key
            for start in range(0, len(ordered), at_once)
            for key in self._settle(ordered[start : start + at_once])
        }

    def _settle(self, keys: list[str]) -> list[str]:
        with self._alone(keys):
            live = self._store.live_among(keys, self._clock())
            failed = self._bring({key: live.get(key) for key in keys})
            for doubts in (self._unsettled, self._half_done):
                doubts.difference_update(key for key in keys if key not in failed)
            for key, trouble in failed.items():
                self._held.pop(key, None)
                self._unsettled.add(key)
                if not isinstance(trouble, CoreDown):
                    log.warning("%s is not settled: %s %s", key, trouble, trouble.told)
        return [key for key in live if key not in failed]

    @contextmanager
    def _alone(self, keys: list[str]) -> Iterator[None]:
        """Nobody else changes these meanwhile. The locks are taken in one order, so two who want
        some of the same cannot wait for each other.
        """
        with ExitStack() as held:
            for place in sorted({hash(key) % len(self._locks) for key in keys}):
                held.enter_context(self._locks[place])
            yield

    def _bring(self, wanted: dict[str, str | None]) -> Failures:
        generation = self._pulse.generation
        unasked = self._ask(wanted, generation)
        known = {key: self._known(key, generation) for key in wanted if key not in unasked}
        differing = [key for key in known if known[key] != (True, wanted[key])]
        stale = [key for key in differing if known[key] != (True, None)]
        failed = self._accounts.remove(stale)
        self._half_done.update(failed)
        gone = {key: known[key][1] for key in stale} | self._doubtful(known, wanted)
        self._cut({key: core_id for key, core_id in gone.items() if key not in failed})
        brought = [key for key in differing if key not in failed]
        failed |= self._accounts.add(
            {key: it for key in brought if (it := wanted[key]) is not None}
        )
        for key in brought:
            if key not in failed:
                self._held[key] = Held(generation, wanted[key], next(self._order))
        return failed | unasked

    def _doubtful(self, known: dict[str, Known], wanted: dict[str, str | None]) -> dict[str, None]:
        """Whom a removal that failed before may have removed all the same, under whatever id."""
        return {
            key: None
            for key, (_, held) in known.items()
            if key in self._half_done and (held is None or held != wanted[key])
        }

    def _ask(self, keys: Iterable[str], generation: Generation) -> Failures:
        """Where it is not known what the core holds, and it can tell, learn it."""
        if not self._accounts.can_list:
            return {}
        unknown = [key for key in keys if not self._known(key, generation)[0]]
        try:
            for key in unknown:
                held = self._accounts.id_of(key)
                self._held[key] = Held(generation, held, next(self._order))
        except CoreError as trouble:
            return dict.fromkeys(unknown, trouble)
        return {}

    def _known(self, key: str, generation: Generation) -> Known:
        held = self._held.get(key)
        if held and held.generation == generation:
            return True, held.core_id
        absent = self._repaired == generation and key not in self._unsettled and not held
        return absent, None

    def known(self, key: str) -> tuple[bool, str | None]:
        """Whether it is known what the core holds for this user now, and what: an id or None."""
        return self._known(key, self._pulse.generation)

    @property
    def unsettled(self) -> set[str]:
        """With whom the core has failed; they are tried again."""
        return set(self._unsettled)

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
            keys = self._differing(self._accounts.each(), generation, since)
            settled = self.settle(keys)
        else:
            keys = [user.key for user in self._store.all()]
            settled = self.settle(keys, BLINDLY_AT_ONCE)
        if keys:
            log.info("core repaired: %d users looked at, %d in it", len(keys), len(settled))
        self._repaired = generation

    def _differing(
        self, listed: Iterable[tuple[str, str]], generation: Generation, since: int
    ) -> list[str]:
        """Goes through the list but once, since ten thousand users are megabytes each time they
        are kept.
        """
        live, unheard = self._store.live(self._clock()), set(self._held)
        differing: list[str] = []
        for key, core_id in listed:
            self._learn(key, Held(generation, core_id, since))
            unheard.discard(key)
            if live.pop(key, None) != core_id:
                differing.append(key)
        for key in unheard | live.keys():
            self._learn(key, Held(generation, None, since))
        return differing + list(live)

    def _learn(self, key: str, said: Held) -> None:
        """Take over what the core said, unless we have changed this user since it was asked, or
        have tried to: what became of that, `settle_rest` asks.
        """
        with self._alone([key]):
            held = self._held.get(key)
            older = held is not None and held.order > said.order
            if not older and key not in self._unsettled:
                self._held[key] = said

    def settle_rest(self) -> None:
        """Try again whomever the core has refused or was too slow for."""
        self.settle(list(self._unsettled))
