"""Asks each server for the bytes it has counted, and notes who has connected for the first time."""

import logging
import re
import threading
from concurrent.futures import Future, wait
from datetime import timedelta

from common.clock import Clock
from common.errors import ServiceError
from common.storage.protocol import Database
from main_api.mongo_api.collections import USERS
from main_api.vpn_api.servers import Server, Servers
from models.servers import Traffic

log = logging.getLogger(__name__)
PATIENCE_SECONDS = 8.0
KEY = re.compile(r"u([1-9][0-9]{0,15})")
JUST_ENDED = timedelta(hours=1)  # who connected in the last minutes of his access is seen, too


class LearnConnections:
    """A server that is away, slow or wrong is asked again the next time: its counters stand. What
    it says is believed in one thing only, that a user of ours who has access was there.
    """

    def __init__(
        self,
        db: Database,
        servers: Servers,
        clock: Clock,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self._db, self._servers, self._clock = db, servers, clock
        self._patience_seconds = patience_seconds
        self._lock = threading.Lock()
        self._asked: dict[str, Future[set[int]]] = {}

    def tick(self) -> None:
        """Asks nobody while everybody with access has connected."""
        waited_for = self._never_seen()
        if not waited_for:
            return
        calls = [self._asking(server) for server in self._servers.callable() if server.rest.over()]
        done, _ = wait(calls, self._patience_seconds)
        for call in done:
            for user_id in call.result() & waited_for:
                self._note(user_id)

    def _never_seen(self) -> set[int]:
        since = self._clock() - JUST_ENDED
        where = {"connected_at": None, "expires_at": {"$gt": since}}
        return {document["_id"] for document in self._db[USERS].find(where, ["_id"])}

    def _asking(self, server: Server) -> Future[set[int]]:
        """One question at a time: an answer that never ends holds up one thread, not all."""
        with self._lock:
            under_way = self._asked.get(server.address)
            if under_way is None or under_way.done():
                under_way = server.calls.submit(_seen_at, server)
                self._asked[server.address] = under_way
            return under_way

    def _note(self, user_id: int) -> None:
        self._db[USERS].update_one(
            {"_id": user_id, "connected_at": None}, {"$set": {"connected_at": self._clock()}}
        )


def _seen_at(server: Server) -> set[int]:
    try:
        return seen_in(server.api.traffic())
    except ServiceError as trouble:
        log.warning("server %s does not tell its traffic: %s", server.address, trouble.code)
        return set()


def seen_in(traffic: Traffic) -> set[int]:
    """The ids of users who have sent or received anything."""
    counted = [*traffic.uplink.items(), *traffic.downlink.items()]
    keys = (KEY.fullmatch(name) for name, count in counted if count > 0)
    return {int(key.group(1)) for key in keys if key}
