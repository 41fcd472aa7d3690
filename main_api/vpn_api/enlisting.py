"""Notices servers that join or leave the countries file."""

import logging

from common.clock import Clock
from main_api.vpn_api.pending_store import PendingStore
from main_api.vpn_api.server_store import ServerStore
from main_api.vpn_api.servers import Servers

log = logging.getLogger(__name__)


class Enlisting:
    """A server that joins gets everybody who has access. One that returns after having left gets
    everybody who ever had: what ended meanwhile it has not been told.
    """

    def __init__(
        self, servers: Servers, store: ServerStore, pending: PendingStore, clock: Clock
    ) -> None:
        self._servers = servers
        self._store = store
        self._pending = pending
        self._clock = clock

    def tick(self) -> None:
        present = set(self._servers.addresses())
        known = self._store.all()
        for address in sorted(present):
            seen = known.get(address, {})
            if not seen.get("enlisted"):
                self._join(address, returning="enlisted" in seen)
        for address in sorted(set(known) - present):
            if known[address].get("enlisted"):
                self._leave(address)

    def _join(self, address: str, *, returning: bool) -> None:
        since = None if returning else self._clock()
        users = self._pending.enlist(address, active_since=since)
        # noted last: after a crash in between everybody is made pending again, which is harmless
        self._store.set_enlisted(address, enlisted=True)
        log.info("server %s has joined, %d users are pending there", address, users)

    def _leave(self, address: str) -> None:
        self._pending.forget(address)
        self._store.set_enlisted(address, enlisted=False)
        log.info("server %s has left", address)
