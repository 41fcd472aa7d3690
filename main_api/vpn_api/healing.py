"""Brings every pending user to every server, each server at its own pace."""

import logging
from concurrent.futures import Future
from concurrent.futures import wait as wait_for
from time import monotonic
from typing import Final

from common.errors import ServiceError
from main_api.users.record import UserRecord
from main_api.vpn_api.pending_store import PendingStore
from main_api.vpn_api.servers import Server, Servers
from main_api.vpn_api.telling import SERVERS_TROUBLE, Held, Telling
from models.servers import MOST_USERS, ServerUser

log = logging.getLogger(__name__)
REFUSED_SECONDS = 30.0
IN_HAND_SECONDS = 1.0  # as long as a push waits
Seen = dict[tuple[int, int], float]
"""User and revision -> since when he was seen pending, or until when he is not told."""


Told = tuple[list[UserRecord], Future[list[Held]]]
"""Users, and what the server will have said of them."""
NOTHING: Final[Told] = [], Future()
NOTHING[1].set_result([])


class Healing:
    """`tick` starts a round for each server that is not resting and has none under way.

    Its `in_hand_seconds`: at a server without trouble somebody who has only just been seen pending
    is most likely being told by whoever changed him, and is left alone for so long.
    """

    def __init__(
        self,
        servers: Servers,
        telling: Telling,
        pending: PendingStore,
        page: int = MOST_USERS,
        refused_seconds: float = REFUSED_SECONDS,
    ) -> None:
        self._servers = servers
        self._telling = telling
        self._pending = pending
        self._page = page
        self._refused_seconds = refused_seconds
        self._seen: dict[str, Seen] = {}
        self._refused: dict[str, Seen] = {}
        self._rounds: dict[str, Future[None]] = {}

    def tick(self, in_hand_seconds: float = 0.0) -> None:
        for server in self._servers.callable():
            under_way = self._rounds.get(server.address)
            if under_way is not None and not under_way.done():
                continue
            if server.rest.over() and self._pending.any(server.address):
                self._rounds[server.address] = server.rounds.submit(
                    self._round, server, in_hand_seconds
                )

    def wanted(self, server: Server, user: UserRecord) -> ServerUser:
        """What that server is told of him."""
        return self._telling.desired(server.address, user)

    def finish(self) -> None:
        """Wait until the rounds under way are over."""
        wait_for(list(self._rounds.values()))

    def _round(self, server: Server, in_hand_seconds: float) -> None:
        try:
            self._heal(server, in_hand_seconds if server.rest.untroubled else 0.0)
        except ServiceError as trouble:  # the database is away: the next tick tries again
            log.warning("healing %s: %s", server.address, trouble.code)
        except Exception:
            log.exception("healing %s", server.address)

    def _heal(self, server: Server, in_hand_seconds: float) -> None:
        """The first call shows whether the server takes anything; from then on the next page is
        read, and the one before is noted, while the server is at work.
        """
        after, healed = 0, 0
        told: Told | None = None
        seen, self._seen[server.address] = self._seen.get(server.address, {}), {}
        self._forget_refusals(server)
        while users := self._pending.page(server.address, after=after, size=self._page):
            after = max(user.user_id for user in users)
            before, told = told, self._tell(server, self._due(server, users, seen, in_hand_seconds))
            healed += self._note(server, before or told)
            if before is None:
                told = NOTHING
            if not server.rest.over():
                break
        healed += self._note(server, told or NOTHING)
        if healed:
            log.info("server %s: %d users brought level", server.address, healed)

    def _forget_refusals(self, server: Server) -> None:
        refused, now = self._refused.get(server.address, {}), monotonic()
        self._refused[server.address] = {case: it for case, it in refused.items() if it > now}

    def _due(
        self, server: Server, users: list[UserRecord], seen: Seen, in_hand_seconds: float
    ) -> list[UserRecord]:
        """Those whom nobody has in hand; notes since when each is seen pending."""
        now = monotonic()
        since = {(it.user_id, it.revision): now for it in users}
        since |= {case: seen[case] for case in since.keys() & seen.keys()}
        self._seen[server.address] |= since
        return [it for it in users if since[it.user_id, it.revision] <= now - in_hand_seconds]

    def _tell(self, server: Server, due: list[UserRecord]) -> Told:
        """Begins to; at most `page` are told in one call."""
        refused = self._refused[server.address]
        users = [it for it in due if (it.user_id, it.revision) not in refused]
        if not users:
            return NOTHING
        return users, server.calls.submit(self._telling.tell, server, users)

    def _note(self, server: Server, told: Told) -> int:
        """How many of them the server has now."""
        users, call = told
        taken: list[UserRecord] = []
        for user, held in zip(users, call.result(), strict=True):
            if isinstance(held, ServiceError) and not isinstance(held, SERVERS_TROUBLE):
                until = monotonic() + self._refused_seconds
                self._refused[server.address][user.user_id, user.revision] = until
                log.error("server %s refuses u%d: %s", server.address, user.user_id, held.code)
            if self._telling.has(server, user, held):
                taken.append(user)
        if taken:
            self._pending.taken_by(server.address, taken)
        return len(taken)
