"""Compares every server each minute, after its agent has started anew, and when it is back."""

import logging
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from math import inf
from time import monotonic

from common.errors import ServiceError
from common.storage.protocol import Document, StorageUnavailable
from main_api.vpn_api.agreement import Agreement, Outcome, TooOld
from main_api.vpn_api.server_store import ServerStore
from main_api.vpn_api.servers import Server, Servers

log = logging.getLogger(__name__)
EVERY_SECONDS = 60.0
AFTER_TROUBLE_SECONDS = 5.0
IN_VAIN, LONGEST_SECONDS = 3, 600.0
MOST_DOUBLINGS = 10  # they are counted for as long as it goes on, and weeks of them fit no float
"""A server that still differs after so many repairs is repaired at longer and longer intervals."""

Alarm = Callable[[str, Outcome], None]


@dataclass
class _Round:
    """What is known of one server's last round; `lives` are starts of its agent that were seen."""

    next_at: float = -inf
    lives: deque[str] = field(default_factory=lambda: deque(maxlen=8))
    repairs: int = 0
    trouble: str = ""
    under_way: Future[None] | None = None


class Agreeing:
    """`alarm` is told of every outcome."""

    def __init__(
        self,
        servers: Servers,
        store: ServerStore,
        agreement: Agreement,
        alarm: Alarm,
        now_seconds: Callable[[], float] = monotonic,
    ) -> None:
        self._servers, self._store = servers, store
        self._agreement = agreement
        self._alarm = alarm
        self._monotonic = now_seconds
        self._rounds: dict[str, _Round] = {}

    def tick(self) -> None:
        """Starts what is due and waits for none of it: a server that hangs holds up no other."""
        known = self._store.all()
        for server in self._servers.callable():
            round_ = self._rounds.setdefault(server.address, _Round())
            if server.rest.over() and self._due(round_, known.get(server.address, {})):
                round_.under_way = server.calls.submit(self._go, server, round_)

    def _due(self, round_: _Round, known: Document) -> bool:
        if round_.under_way is not None and not round_.under_way.done():
            return False
        if not known.get("enlisted"):  # who joins is given everybody anyway
            return False
        life = (known.get("description") or {}).get("life")
        if life and round_.lives and life not in round_.lives:
            round_.lives.append(life)  # not at each tick for a description that stays an old one
            round_.repairs = 0
            return True
        return self._monotonic() >= round_.next_at

    def _go(self, server: Server, round_: _Round) -> None:
        round_.next_at = self._monotonic() + EVERY_SECONDS
        try:
            outcome = self._agreement.repair(server)
            self._note(server, round_, outcome)
            self._alarm(server.address, outcome)
        except TooOld as trouble:
            _tell(server, round_, trouble)
        except StorageUnavailable as trouble:
            round_.next_at = self._monotonic() + AFTER_TROUBLE_SECONDS
            log.warning("agreement with %s: %s", server.address, trouble.code)
        except ServiceError as trouble:
            server.rest.failed()
            round_.next_at = self._monotonic() + AFTER_TROUBLE_SECONDS
            _tell(server, round_, trouble)
        except Exception:
            log.exception("agreement with %s", server.address)

    def _note(self, server: Server, round_: _Round, outcome: Outcome) -> None:
        if round_.trouble:
            round_.trouble = ""
            log.info("server %s can be compared again", server.address)
        if outcome.life not in round_.lives:
            round_.lives.append(outcome.life)
            round_.repairs = 0
        if not outcome.found:
            round_.repairs = 0
            return
        round_.repairs += 1
        doublings = min(max(0, round_.repairs - IN_VAIN), MOST_DOUBLINGS)
        pause = min(EVERY_SECONDS * 2**doublings, LONGEST_SECONDS)
        round_.next_at = self._monotonic() + pause
        log.warning(
            "server %s differed: %d missing, %d extra, %d otherwise; %d are left as they are",
            server.address, outcome.missing, outcome.extra, outcome.other, outcome.spared,
        )  # fmt: skip

    def finish(self) -> None:
        """Wait until the rounds under way are over."""
        for round_ in self._rounds.values():
            if round_.under_way is not None:
                round_.under_way.result()


def _tell(server: Server, round_: _Round, trouble: ServiceError) -> None:
    """Once, not at each round."""
    if round_.trouble != trouble.code:
        round_.trouble = trouble.code
        log.warning("server %s cannot be compared: %s", server.address, trouble.code)
