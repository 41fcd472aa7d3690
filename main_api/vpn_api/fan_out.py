"""Tells all servers at once, and waits for them only a short while."""

import logging
from concurrent.futures import Future, wait
from contextvars import copy_context

from common.errors import ServiceError
from common.storage.protocol import StorageUnavailable
from main_api.users.record import UserRecord
from main_api.vpn_api.pending_store import PendingStore
from main_api.vpn_api.servers import Server, Servers
from main_api.vpn_api.taken import Taken
from main_api.vpn_api.telling import SERVERS_TROUBLE, Telling

log = logging.getLogger(__name__)
WAIT_SECONDS = 1.0


class FanOut:
    """What a server does not take now it gets from the healing job: the user stays pending."""

    def __init__(
        self,
        servers: Servers,
        telling: Telling,
        pending: PendingStore,
        wait_seconds: float = WAIT_SECONDS,
    ) -> None:
        self._servers = servers
        self._telling = telling
        self._pending = pending
        self._wait_seconds = wait_seconds

    def push(self, user: UserRecord) -> UserRecord:
        """Returns when all have answered or the wait is over; a slow server's call goes on."""
        taken = Taken()
        calls = [
            self._started(server, user, taken)
            for server in self._servers.callable()
            if server.address in user.pending and server.rest.over() and _has_room(server)
        ]
        wait(calls, timeout=self._wait_seconds)
        try:
            noted = self._note(user, taken.close())
        except StorageUnavailable:
            log.warning("servers have taken u%d, which could not be noted", user.user_id)
            noted = None
        return noted or self._pending.current(user.user_id) or user

    def _note(self, user: UserRecord, taken: list[str]) -> UserRecord | None:
        """As a rule all have taken it, and one write says so.

        Within one revision servers only cease to be pending, so nothing is lost by that.
        """
        if taken and set(user.pending) <= set(taken):
            return self._pending.all_taken(user.user_id, user.revision)
        for address in taken:
            self._pending.taken(user.user_id, user.revision, address)
        return None

    def _started(self, server: Server, user: UserRecord, taken: Taken) -> Future[None]:
        call = server.calls.submit(copy_context().run, self._tell, server, user, taken)
        call.add_done_callback(lambda _: server.room.release())
        return call

    def _tell(self, server: Server, user: UserRecord, taken: Taken) -> None:
        if not server.rest.over():
            return
        try:
            if self._telling.takes(server, user) and not taken.add(server.address):
                self._telling.note(server, user)
        except StorageUnavailable:
            log.warning("server %s has taken a user, which could not be noted", server.address)
        except SERVERS_TROUBLE as trouble:
            server.rest.failed()
            log.warning("server %s is in trouble: %s", server.address, trouble.code)
        except ServiceError as refused:
            log.warning("server %s refuses u%d: %s", server.address, user.user_id, refused.code)
        else:
            server.rest.worked()


def _has_room(server: Server) -> bool:
    """Takes a place in the line of a server; when it is full, healing will see to the user."""
    return server.room.acquire(blocking=False)
