"""Tells a server that joins of everybody, without a note for each user."""

import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, wait
from datetime import datetime
from itertools import islice
from time import monotonic

from main_api.users.record import UserRecord
from main_api.vpn_api.pending_store import PendingStore
from main_api.vpn_api.server_store import ServerStore
from main_api.vpn_api.servers import Server
from main_api.vpn_api.telling import SERVERS_TROUBLE, Held, Telling
from models.servers import MOST_USERS

AT_ONCE = 2  # one list is made while the server is at work on another
DIRECTLY_SECONDS = 20.0
"""Who is not told by then is pending like after any change, and whoever watches those sees him."""

Call = tuple[list[UserRecord], Future[list[Held]]]
"""Users, and what the server will have said of them."""


class Joining:
    def __init__(
        self,
        telling: Telling,
        pending: PendingStore,
        store: ServerStore,
        page: int = MOST_USERS,
        directly_seconds: float = DIRECTLY_SECONDS,
    ) -> None:
        self._telling, self._pending, self._store = telling, pending, store
        self._page = page
        self._directly_seconds = directly_seconds
        self._stopping = threading.Event()

    def stop(self) -> None:
        """Whoever has not been told by now is not told here any more."""
        self._stopping.set()

    def tell(self, server: Server, *, active_since: datetime | None) -> tuple[int, int]:
        """How many users the server was told of, and the user id up to which it was; whom of those
        it has not taken is pending there. Ends early when the server is in trouble or slow, and
        by `stop`.
        """
        told = reached = 0
        deadline = monotonic() + self._directly_seconds
        self._store.set_told(server.address, told)
        for users, call in self._calls(server, self._pending.everybody(active_since=active_since)):
            # an answer may go on for ever, since no deadline of a read sees that
            _, late = wait([call], max(deadline - monotonic(), 0.0))
            over = self._stopping.is_set() or monotonic() > deadline
            if late or over or _in_trouble(held := call.result()):
                break
            self._make_pending(server, users, held)
            told, reached = told + len(users), users[-1].user_id
            self._store.set_told(server.address, told)
        return told, reached

    def _calls(self, server: Server, everybody: Iterator[UserRecord]) -> Iterator[Call]:
        """In the order of the users; some are begun before the one that is waited for."""
        begun: deque[Call] = deque()
        while users := list(islice(everybody, self._page)):
            begun.append((users, server.calls.submit(self._telling.tell, server, users)))
            if len(begun) == AT_ONCE:
                yield begun.popleft()
        yield from begun

    def _make_pending(self, server: Server, users: list[UserRecord], held: list[Held]) -> None:
        has = self._telling.has
        not_taken = [
            user.user_id for user, it in zip(users, held, strict=True) if not has(server, user, it)
        ]
        if not_taken:
            self._pending.tell_again(server.address, not_taken)


def _in_trouble(held: list[Held]) -> bool:
    return any(isinstance(it, SERVERS_TROUBLE) for it in held)
