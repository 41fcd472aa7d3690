"""Tells one server about users, several in one call, and judges what it says it holds."""

import logging
from collections.abc import Sequence
from time import monotonic

from common.clock import Clock
from common.errors import (
    Forbidden,
    Invalid,
    ServiceError,
    TooManyRequests,
    Unauthorized,
    Unavailable,
)
from main_api.users.record import UserRecord
from main_api.vpn_api.core_ids import core_id, user_key
from main_api.vpn_api.pending_store import PendingStore
from main_api.vpn_api.servers import Server
from models.servers import ServerUser, UserAnswer

log = logging.getLogger(__name__)
SERVERS_TROUBLE = (Unavailable, Unauthorized, Forbidden, TooManyRequests)
"""With these no other user would fare better now; any other error is about one user."""
FURTHEST_AHEAD = 100_000
"""Revisions by which a server can honestly be ahead; an agent that claims more is not believed."""
ALONE_SECONDS = 60.0
Held = int | ServiceError
"""The revision that the server now holds of a user, or why it has not taken him."""


class Telling:
    def __init__(
        self, pending: PendingStore, clock: Clock, alone_seconds: float = ALONE_SECONDS
    ) -> None:
        """`alone_seconds`: how long an agent is told of users one by one that does not take them
        together, which is as a rule one of an older version.
        """
        self._pending = pending
        self._clock = clock
        self._alone_seconds = alone_seconds
        self._alone_until: dict[str, float] = {}

    def tell(self, server: Server, users: Sequence[UserRecord]) -> list[Held]:
        """In their order; of a user who is there twice the newest state is told, to both.

        After a trouble of its own the server rests, and is not called while it does.
        """
        if not server.rest.over():
            return [Unavailable(f"{server.address} is left alone for a while")] * len(users)
        try:
            held = self._held(server, users)
        except SERVERS_TROUBLE as trouble:
            held = [trouble] * len(users)
        if troubles := [it for it in held if isinstance(it, SERVERS_TROUBLE)]:
            _failed(server, troubles[0])
        else:
            server.rest.worked()
        return held

    def _held(self, server: Server, users: Sequence[UserRecord]) -> list[Held]:
        newest = {it.user_id: it for it in sorted(users, key=lambda user: user.revision)}
        wanted = [self.desired(server.address, user) for user in newest.values()]
        held = dict(zip(newest, self._told(server, wanted), strict=True))
        return [held[user.user_id] for user in users]

    def _told(self, server: Server, users: list[ServerUser]) -> list[Held]:
        if len(users) == 1 or self._alone_until.get(server.address, 0.0) > monotonic():
            return _one_by_one(server, users)
        try:
            answers = server.api.put_users(users).answers
        except SERVERS_TROUBLE:
            raise
        except ServiceError:
            self._alone_until[server.address] = monotonic() + self._alone_seconds
            return _one_by_one(server, users)
        if [it.key for it in answers] != [it.key for it in users]:
            raise Unavailable(f"{server.address} answered for other users")
        return [_held_by(it) for it in answers]

    def has(self, server: Server, user: UserRecord, held: Held) -> bool:
        """Whether it has just this revision now, which is then to be noted; else the user stays
        pending.
        """
        if isinstance(held, ServiceError):
            return False
        if user.revision < held <= user.revision + FURTHEST_AHEAD:
            self._pending.outrun(user.user_id, user.revision, beyond=held)
        elif held != user.revision:
            _failed(server, Unavailable(f"answered with revision {held}", code="absurd_revision"))
        return held == user.revision

    def desired(self, address: str, user: UserRecord) -> ServerUser:
        now = self._clock()
        return ServerUser(
            key=user_key(user.user_id),
            core_id=core_id(user.access_secret, address),
            expires_at=user.expires_at or now,
            revision=user.revision,
            active=user.let_in_at(now),
        )


def _failed(server: Server, trouble: ServiceError) -> None:
    server.rest.failed()
    log.warning("server %s is in trouble: %s", server.address, trouble.code)


def _one_by_one(server: Server, users: list[ServerUser]) -> list[Held]:
    """After a server's own trouble the rest is not tried."""
    held: list[Held] = []
    for user in users:
        try:
            held.append(server.api.put_user(user).revision)
        except SERVERS_TROUBLE as trouble:
            return held + [trouble] * (len(users) - len(held))
        except ServiceError as refused:
            held.append(refused)
    return held


def _held_by(answer: UserAnswer) -> Held:
    if answer.refused is not None:
        return Invalid("the server refuses this user", code=answer.refused)
    return answer.revision
