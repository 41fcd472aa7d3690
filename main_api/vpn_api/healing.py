"""Brings every pending user to every server, each server at its own pace."""

import logging
from concurrent.futures import Future
from concurrent.futures import wait as wait_for
from time import monotonic

from common.errors import ServiceError
from common.storage.protocol import StorageUnavailable
from main_api.users.record import UserRecord
from main_api.vpn_api.pending_store import PendingStore
from main_api.vpn_api.servers import Server, Servers
from main_api.vpn_api.telling import SERVERS_TROUBLE, Telling

log = logging.getLogger(__name__)
PAGE = 500
REFUSED_SECONDS = 30.0


class Healing:
    """`tick` starts a round for each server that is not resting and has none under way."""

    def __init__(
        self, servers: Servers, telling: Telling, pending: PendingStore, page: int = PAGE
    ) -> None:
        self._servers = servers
        self._telling = telling
        self._pending = pending
        self._page = page
        self._refused: dict[tuple[str, int, int], float] = {}
        self._rounds: dict[str, Future[None]] = {}

    def tick(self) -> None:
        for server in self._servers.callable():
            under_way = self._rounds.get(server.address)
            if under_way is not None and not under_way.done():
                continue
            if server.rest.over() and self._pending.any(server.address):
                self._rounds[server.address] = server.rounds.submit(self._round, server)

    def finish(self) -> None:
        """Wait until the rounds under way are over."""
        wait_for(list(self._rounds.values()))

    def _round(self, server: Server) -> None:
        try:
            self._heal(server)
        except ServiceError as trouble:  # the database is away: the next tick tries again
            log.warning("healing %s: %s", server.address, trouble.code)
        except Exception:
            log.exception("healing %s", server.address)

    def _heal(self, server: Server) -> None:
        after, healed = 0, 0
        while users := self._pending.page(server.address, after=after, size=self._page):
            after = max(user.user_id for user in users)
            calls = self._calls(server, users)
            wait_for(calls)
            healed += sum(call.result() for call in calls)
            if not server.rest.over():
                break
        if healed:
            log.info("server %s: %d users brought level", server.address, healed)

    def _calls(self, server: Server, users: list[UserRecord]) -> list[Future[bool]]:
        # the first goes ahead alone: a server that is still away costs one call, not a page
        first = server.calls.submit(self._tell, server, users[0])
        wait_for([first])
        return [first, *(server.calls.submit(self._tell, server, user) for user in users[1:])]

    def _tell(self, server: Server, user: UserRecord) -> bool:
        case = (server.address, user.user_id, user.revision)
        if not server.rest.over() or self._refused.get(case, 0.0) > monotonic():
            return False
        try:
            self._telling.tell(server, user)
        except StorageUnavailable:
            raise
        except SERVERS_TROUBLE as trouble:
            server.rest.failed()
            log.warning("server %s is in trouble: %s", server.address, trouble.code)
            return False
        except ServiceError as refused:
            self._refused[case] = monotonic() + REFUSED_SECONDS
            log.error("server %s refuses u%d: %s", server.address, user.user_id, refused.code)  # noqa: TRY400 -- the code says it
            return False
        server.rest.worked()
        return True
