"""Mirrors the servers' ledgers: asks each for the rows that have changed, again and again."""

import logging
import threading
from concurrent.futures import Future, wait
from datetime import date, datetime, timedelta

from common.clock import Clock
from common.errors import NotFound, ServiceError
from common.storage.protocol import Database, StorageUnavailable
from main_api.traffic.cursors import Cursor, Cursors
from main_api.traffic.first_seen import FirstSeen
from main_api.traffic.store import TrafficStore
from main_api.vpn_api.servers import Server, Servers
from models.traffic import TrafficDay, TrafficDays

log = logging.getLogger(__name__)
KEPT_DAYS = 90
PATIENCE_SECONDS = 20.0
PAGES = 50  # of one server in one round: 100,000 rows
NEW_LEDGER = timedelta(hours=1)  # a server seldom loses its file; one that invents them is held up


class CollectTraffic:
    """The cursor is kept after the rows it stands for, and rows are sums, not what was added: so a
    lost answer or a crash at any point costs no more than asking again.
    """

    def __init__(
        self,
        db: Database,
        servers: Servers,
        clock: Clock,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self._store, self._cursors = TrafficStore(db), Cursors(db)
        self._first_seen = FirstSeen(db, clock)
        self._servers, self._clock = servers, clock
        self._patience_seconds = patience_seconds
        self._lock = threading.Lock()
        self._asked: dict[str, Future[None]] = {}
        self._told: dict[str, str] = {}

    def tick(self) -> None:
        """A server that takes longer than the patience goes on in its own thread."""
        calls = [self._asking(server) for server in self._servers.callable() if server.rest.over()]
        done, _ = wait(calls, self._patience_seconds)
        for call in done:
            call.result()

    def prune(self) -> None:
        self._store.prune(self._oldest())

    def _oldest(self) -> date:
        return self._clock().date() - timedelta(days=KEPT_DAYS)

    def _asking(self, server: Server) -> Future[None]:
        with self._lock:
            under_way = self._asked.get(server.address)
            if under_way is None or under_way.done():
                under_way = server.calls.submit(self._collect, server)
                self._asked[server.address] = under_way
            return under_way

    def _collect(self, server: Server) -> None:
        try:
            self._tell(server, self._take_all(server))
        except StorageUnavailable:  # our own trouble, not the server's
            raise
        except NotFound:
            self._tell(server, "its agent is older than the counting of traffic")
        except ServiceError as trouble:
            self._tell(server, trouble.code)

    def _take_all(self, server: Server) -> str:
        """Why something is left; empty when nothing is, or only for the next round."""
        at = self._cursors.get(server.address)
        for _ in range(PAGES):
            page = server.api.traffic_days(at.cursor)
            begun = _beginning(at, page, self._clock())
            if begun is None:
                return "it has another ledger once more; it is taken later"
            if begun.cursor < at.cursor:  # asked by the cursor of another ledger
                at = begun
                continue
            at = self._take(server.address, begun, page)
            if not page.more:
                break
        return ""

    def _take(self, address: str, at: Cursor, page: TrafficDays) -> Cursor:
        rows = [row for row in page.rows if self._is_plausible(row)]
        if len(rows) < len(page.rows):
            log.warning("server %s: %d rows of other times", address, len(page.rows) - len(rows))
        self._store.merge(address, page.ledger, rows)
        self._first_seen.note(rows)
        after = at.at(page.cursor, None if page.more else self._clock())
        self._cursors.keep(address, after)
        return after

    def _is_plausible(self, row: TrafficDay) -> bool:
        """A server may have been out of reach for weeks; its clock may be ahead by a little."""
        return self._oldest() <= row.day <= self._clock().date() + timedelta(days=1)

    def _tell(self, server: Server, trouble: str) -> None:
        """When it changes, not each time."""
        if self._told.get(server.address, "") != trouble:
            self._told[server.address] = trouble
            log.warning("traffic of server %s: %s", server.address, trouble or "is told again")


def _beginning(at: Cursor, page: TrafficDays, now: datetime) -> Cursor | None:
    """From where this page's ledger is to be taken; None: not now. A cursor beyond the ledger's end
    means that the file was set back to an older state.
    """
    if page.ledger == at.ledger:
        return at if page.cursor >= at.cursor else at.at(0, None)
    if at.begun_at is not None and abs(now - at.begun_at) < NEW_LEDGER:
        return None
    return Cursor(page.ledger, 0, now)
