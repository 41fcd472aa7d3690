"""Asks servers something, all at once, and waits for none longer than for the others."""

import threading
from collections.abc import Callable, Hashable, Iterable
from concurrent.futures import Future, wait
from typing import Generic, TypeVar

from common.errors import ServiceError
from main_api.vpn_api.servers import Server

T = TypeVar("T")


class Questions(Generic[T]):
    """At most `at_once` questions are under way at a server: one that never ends its answer (no
    deadline of a read sees that) keeps no more of its threads than these. The same question, by its
    `about`, is not asked again while it is under way.
    """

    def __init__(self, patience_seconds: float, at_once: int = 1) -> None:
        self._patience_seconds = patience_seconds
        self._at_once = at_once
        self._lock = threading.Lock()
        self._asked: dict[str, dict[Hashable, Future[T]]] = {}

    def ask(
        self, servers: Iterable[Server], what: Callable[[Server], T], about: Hashable = None
    ) -> dict[str, T | ServiceError]:
        """By address; who has not answered in time, or is asked too much already, is left out."""
        calls: dict[str, Future[T] | None] = {
            server.address: self._asking(server, what, about) for server in servers
        }
        wait([call for call in calls.values() if call], self._patience_seconds)
        return {it: self._told(call) for it, call in calls.items() if call and call.done()}

    def _asking(
        self, server: Server, what: Callable[[Server], T], about: Hashable
    ) -> Future[T] | None:
        with self._lock:
            asked = self._asked.get(server.address, {})
            asked = {key: call for key, call in asked.items() if not call.done()}
            self._asked[server.address] = asked
            if about not in asked:
                if len(asked) >= self._at_once:
                    return None
                asked[about] = server.calls.submit(what, server)
            return asked[about]

    def _told(self, call: Future[T]) -> T | ServiceError:
        try:
            return call.result()
        except ServiceError as trouble:
            return trouble
