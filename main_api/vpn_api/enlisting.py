"""Notices servers that join or leave the countries file."""

import logging
from concurrent.futures import Future
from concurrent.futures import wait as wait_for

from common.clock import Clock
from common.errors import ServiceError
from common.storage.protocol import Document
from main_api.vpn_api.joining import Joining
from main_api.vpn_api.pending_store import PendingStore
from main_api.vpn_api.server_store import ServerStore
from main_api.vpn_api.servers import Server, Servers

log = logging.getLogger(__name__)


class Enlisting:
    """A server that joins gets everybody who has access. One that returns after having left gets
    everybody who ever had: what ended meanwhile it has not been told.
    """

    def __init__(
        self,
        servers: Servers,
        store: ServerStore,
        pending: PendingStore,
        joining: Joining,
        clock: Clock,
    ) -> None:
        self._servers = servers
        self._store = store
        self._pending = pending
        self._joining = joining
        self._clock = clock
        self._under_way: dict[str, Future[None]] = {}
        self._were_away: set[str] = set()

    def tick(self) -> None:
        """Starts what is due: a server that is slow to join holds up no other."""
        present = {server.address: server for server in self._servers.callable()}
        joining = {address for address, joins in self._under_way.items() if not joins.done()}
        known = self._store.all()  # read after that: who is done by then is known to have joined
        for address in sorted(set(present) - joining - self._were_away):
            if not known.get(address, {}).get("enlisted"):
                self._begin(present[address], returning="enlisted" in known.get(address, {}))
        self._were_away |= joining - set(present)  # what changed meanwhile they were not told
        absent = {it for it in set(known) - set(present) if _has_users(known[it])}
        for address in sorted((absent | self._were_away) - joining):
            self._leave(address)
        self._were_away &= joining

    def _begin(self, server: Server, *, returning: bool) -> None:
        self._under_way[server.address] = server.calls.submit(self._join, server, returning)

    def finish(self) -> None:
        """Wait until the servers that are joining have joined."""
        wait_for(list(self._under_way.values()))

    def stop(self) -> None:
        """Whom the servers that are joining have not been told of is pending there afterwards."""
        self._joining.stop()
        self.finish()

    def _join(self, server: Server, returning: bool) -> None:  # noqa: FBT001 -- a thread's argument
        address, since = server.address, None if returning else self._clock()
        try:
            told, reached = self._joining.tell(server, active_since=since)
            rest = self._pending.enlist(address, active_since=since, after=reached)
            # noted last: after a crash in between it joins anew, which is harmless
            self._store.set_enlisted(address, enlisted=True)
        except ServiceError as trouble:  # the database is away: the next tick tries again
            log.warning("server %s cannot join yet: %s", address, trouble.code)
        except Exception:
            log.exception("server %s joins", address)
        else:
            log.info("server %s has joined, was told of %d users, %d wait", address, told, rest)

    def _leave(self, address: str) -> None:
        self._pending.forget(address)
        self._store.set_enlisted(address, enlisted=False)
        log.info("server %s has left", address)


def _has_users(seen: Document) -> bool:
    """Also one that was still joining when the process died."""
    return bool(seen.get("enlisted")) or seen.get("told") is not None
