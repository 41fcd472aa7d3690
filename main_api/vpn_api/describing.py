"""Asks servers for their own link parameters, trusts none, and keeps the last good answer."""

import logging
import threading
from concurrent.futures import Future, wait
from ipaddress import ip_address

from common.clock import Clock
from common.errors import Invalid, ServiceError
from common.storage.protocol import StorageUnavailable
from main_api.vpn_api.server_store import ServerStore
from main_api.vpn_api.servers import Server, Servers
from models.servers import ServerDescription

log = logging.getLogger(__name__)
PATIENCE_SECONDS = 8.0
"""Over the deadlines of one call (connecting, reading) that waited for others of its server."""


class Describing:
    """Links are built from what is kept, so they work while a server is down.

    A server is asked one question at a time and waited for no longer than the patience: one that
    never ends its answer (no deadline of a read sees that) holds up no other, and fills no queue.
    """

    def __init__(
        self,
        servers: Servers,
        store: ServerStore,
        clock: Clock,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self._servers = servers
        self._store = store
        self._clock = clock
        self._patience_seconds = patience_seconds
        self._lock = threading.Lock()
        self._asked: dict[str, Future[None]] = {}
        self._wrong: dict[str, str] = {}

    def tick(self) -> None:
        """Ask all servers at once; tells the store who answered."""
        servers = self._servers.callable()
        for server in self._ask_all(servers, self._patience_seconds):
            log.warning("server %s does not end its answer", server.address)
            self._store.set_unreachable(server.address)

    def ask_undescribed(self, within_seconds: float = 1.0) -> None:
        """Ask only those that never described themselves and are not resting, all at once."""
        described = self._store.descriptions()
        servers = [
            server
            for server in self._servers.callable()
            if server.address not in described and server.rest.over()
        ]
        self._ask_all(servers, within_seconds)

    def _ask_all(self, servers: list[Server], within_seconds: float) -> list[Server]:
        """Those that have not answered by then."""
        calls = {self._asking(server): server for server in servers}
        done, late = wait(calls, within_seconds)
        for call in done:
            call.result()
        return [calls[call] for call in late]

    def _asking(self, server: Server) -> Future[None]:
        with self._lock:
            under_way = self._asked.get(server.address)
            if under_way is None or under_way.done():
                under_way = server.calls.submit(self._ask, server)
                self._asked[server.address] = under_way
            return under_way

    def _ask(self, server: Server) -> None:
        try:
            description = checked(server, server.api.describe())
        except Invalid as wrong:
            self._told_wrong(server, wrong.message)
        except StorageUnavailable:
            raise
        except ServiceError as trouble:
            log.warning("server %s does not describe itself: %s", server.address, trouble.code)
            server.rest.failed()
            self._store.set_unreachable(server.address)
        else:
            self._wrong.pop(server.address, None)
            self._store.set_description(server.address, description, self._clock())

    def _told_wrong(self, server: Server, message: str) -> None:
        """Once, not at each time that it is asked."""
        if self._wrong.get(server.address) != message:
            self._wrong[server.address] = message
            log.error("server %s: %s", server.address, message)


def checked(server: Server, description: ServerDescription) -> ServerDescription:
    """Raises Invalid when a server leads elsewhere than to itself, or leaves out what links need.

    Lengths and character sets are those of models/servers.py, checked when the answer was read.
    """
    if normal(description.host) != normal(server.host):
        raise Invalid("describes another host than its own and is not believed")
    if description.security == "reality" and not (description.public_key and description.sni):
        raise Invalid("describes REALITY without its public key or server name")
    return description


def normal(host: str) -> str:
    try:
        return str(ip_address(host))
    except ValueError:
        return host.lower().rstrip(".")
