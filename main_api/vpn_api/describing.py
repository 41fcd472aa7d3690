"""Asks servers for their own link parameters, trusts none, and keeps the last good answer."""

import logging
from concurrent.futures import wait
from ipaddress import ip_address

from common.clock import Clock
from common.errors import Invalid, ServiceError
from common.storage.protocol import StorageUnavailable
from main_api.vpn_api.server_store import ServerStore
from main_api.vpn_api.servers import Server, Servers
from models.servers import ServerDescription

log = logging.getLogger(__name__)


class Describing:
    """Links are built from what is kept, so they work while a server is down."""

    def __init__(self, servers: Servers, store: ServerStore, clock: Clock) -> None:
        self._servers = servers
        self._store = store
        self._clock = clock

    def tick(self) -> None:
        """Ask all servers at once; tells the store who answered."""
        calls = [server.calls.submit(self._ask, server) for server in self._servers.callable()]
        wait(calls)
        for call in calls:
            call.result()

    def ask_undescribed(self, within_seconds: float | None = None) -> None:
        """Ask only those that never described themselves and are not resting, all at once."""
        described = self._store.descriptions()
        calls = [
            server.calls.submit(self._ask, server)
            for server in self._servers.callable()
            if server.address not in described and server.rest.over()
        ]
        for call in wait(calls, within_seconds).done:
            call.result()

    def _ask(self, server: Server) -> None:
        try:
            description = checked(server, server.api.describe())
        except Invalid as wrong:
            log.error("server %s: %s", server.address, wrong.message)  # noqa: TRY400 -- the message says it
        except StorageUnavailable:
            raise
        except ServiceError as trouble:
            log.warning("server %s does not describe itself: %s", server.address, trouble.code)
            server.rest.failed()
            self._store.set_unreachable(server.address)
        else:
            self._store.set_description(server.address, description, self._clock())


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
