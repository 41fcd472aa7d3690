"""Tells one server about one user, and notes what the server has taken."""

from common.clock import Clock
from common.errors import Forbidden, TooManyRequests, Unauthorized, Unavailable
from main_api.users.record import UserRecord
from main_api.vpn_api.core_ids import core_id, user_key
from main_api.vpn_api.pending_store import PendingStore
from main_api.vpn_api.servers import Server
from models.servers import ServerUser

SERVERS_TROUBLE = (Unavailable, Unauthorized, Forbidden, TooManyRequests)
"""With these no other user would fare better now; any other error is about one user."""
FURTHEST_AHEAD = 100_000
"""Revisions by which a server can honestly be ahead; an agent that claims more is not believed."""


class Telling:
    def __init__(self, pending: PendingStore, clock: Clock) -> None:
        self._pending = pending
        self._clock = clock

    def tell(self, server: Server, user: UserRecord) -> None:
        """Raises ServiceError when the server has not taken it; the user then stays pending."""
        if self.takes(server, user):
            self.note(server, user)

    def note(self, server: Server, user: UserRecord) -> None:
        self._pending.taken(user.user_id, user.revision, server.address)

    def takes(self, server: Server, user: UserRecord) -> bool:
        """Whether it has just this revision now, which is then to be noted; raises as `tell`."""
        answer = server.api.put_user(self.desired(server.address, user))
        if answer.revision == user.revision:
            return True
        if user.revision < answer.revision <= user.revision + FURTHEST_AHEAD:
            self._pending.outrun(user.user_id, user.revision, beyond=answer.revision)
            return False
        raise Unavailable(f"{server.address} answered with revision {answer.revision}")

    def desired(self, address: str, user: UserRecord) -> ServerUser:
        now = self._clock()
        return ServerUser(
            key=user_key(user.user_id),
            core_id=core_id(user.access_secret, address),
            expires_at=user.expires_at or now,
            revision=user.revision,
            active=user.active_at(now),
        )
