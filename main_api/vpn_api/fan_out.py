"""Tells all servers at once, and waits for them only a short while."""

import logging
import threading
from collections.abc import Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager
from functools import partial
from math import inf
from time import monotonic

from common.errors import ServiceError
from common.storage.protocol import StorageUnavailable
from main_api.users.record import UserRecord
from main_api.vpn_api.gathering import Gathering
from main_api.vpn_api.pending_store import PendingStore
from main_api.vpn_api.servers import Server, Servers
from main_api.vpn_api.telling import SERVERS_TROUBLE, Held, Telling
from models.servers import MOST_USERS

log = logging.getLogger(__name__)
WAIT_SECONDS = 1.0
CROWD_SECONDS = 0.2  # after two have come at once, more are expected for so long
Call = Future[Held]


class FanOut:
    """What a server does not take now it gets from the healing job: the user stays pending.

    When several come at once, a server is told of several in one call.
    """

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
        self._lines: dict[Server, Gathering[UserRecord, Held]] = {}
        self._lock = threading.Lock()
        self._under_way = 0
        self._crowd_seen = -inf

    def push(self, user: UserRecord) -> UserRecord:
        """Returns when all have answered or the wait is over; a slow server's call goes on."""
        with self._counted():
            return self._push(user)

    @contextmanager
    def _counted(self) -> Iterator[None]:
        with self._lock:
            self._under_way += 1
            if self._under_way > 1:
                self._crowd_seen = monotonic()
        try:
            yield
        finally:
            with self._lock:
                self._under_way -= 1

    def _crowded(self) -> bool:
        return monotonic() - self._crowd_seen < CROWD_SECONDS

    def _push(self, user: UserRecord) -> UserRecord:
        calls = {
            self._started(server, user): server
            for server in self._servers.callable()
            if server.address in user.pending and server.rest.over() and _has_room(server)
        }
        in_time, late = wait(calls, timeout=self._wait_seconds)
        for call in late:
            call.add_done_callback(partial(self._note_late, calls[call], user))
        try:
            noted = self._note(user, self._taken(user, {it: calls[it] for it in in_time}))
        except StorageUnavailable:
            log.warning("servers have taken u%d, which could not be noted", user.user_id)
            noted = None
        return noted or self._pending.current(user.user_id) or user

    def _taken(self, user: UserRecord, calls: dict[Call, Server]) -> list[str]:
        return [it.address for call, it in calls.items() if self._takes(it, user, call)]

    def _note(self, user: UserRecord, taken: list[str]) -> UserRecord | None:
        """As a rule all have taken it, and one write says so.

        Within one revision servers only cease to be pending, so nothing is lost by that.
        """
        if taken and set(user.pending) <= set(taken):
            return self._pending.all_taken(user.user_id, user.revision)
        for address in taken:
            self._pending.taken(user.user_id, user.revision, address)
        return None

    def _note_late(self, server: Server, user: UserRecord, call: Call) -> None:
        try:
            if self._takes(server, user, call):
                self._pending.taken(user.user_id, user.revision, server.address)
        except StorageUnavailable:
            log.warning("server %s has taken a user, which could not be noted", server.address)

    def _started(self, server: Server, user: UserRecord) -> Call:
        call = self._line(server).put(user)
        call.add_done_callback(lambda _: server.room.release())
        return call

    def _line(self, server: Server) -> Gathering[UserRecord, Held]:
        with self._lock:
            if server not in self._lines:  # nor is one with another secret
                work = partial(self._telling.tell, server)
                self._lines[server] = Gathering(
                    work, server.calls, most=MOST_USERS, crowded=self._crowded
                )
            return self._lines[server]

    def _takes(self, server: Server, user: UserRecord, call: Call) -> bool:
        if bug := call.exception():
            log.error("u%d could not be told", user.user_id, exc_info=bug)
            return False
        held = call.result()
        if isinstance(held, ServiceError) and not isinstance(held, SERVERS_TROUBLE):
            log.warning("server %s refuses u%d: %s", server.address, user.user_id, held.code)
        return self._telling.has(server, user, held)


def _has_room(server: Server) -> bool:
    """Takes a place in the line of a server; when it is full, healing will see to the user."""
    return server.room.acquire(blocking=False)
