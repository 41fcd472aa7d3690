"""From the inbox to main_api: each event is verified, told, and repeated until it is taken."""

import logging
import threading
from concurrent.futures import ThreadPoolExecutor

from common import request_id
from common.clients.main_api import MainApi
from common.errors import ServiceError
from models.codes import FactKind, ProviderName
from models.payments import PaymentFact
from payments_webhook.checkouts import Checkouts
from payments_webhook.inbox import Inbox, Kept
from payments_webhook.providers.base import Closed, Provider

log = logging.getLogger(__name__)
WORKERS = 8
BATCH = 50
LOUD_AFTER = 8


class Delivery:
    """`step` does what is due, each event in a thread of its own: a provider that hangs holds up
    nobody else's event.
    """

    def __init__(
        self,
        inbox: Inbox,
        checkouts: Checkouts,
        providers: dict[ProviderName, Provider],
        main_api: MainApi,
    ) -> None:
        self._inbox, self._checkouts = inbox, checkouts
        self._providers = providers
        self._main_api = main_api
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="delivery")
        self._busy: set[int] = set()
        self._lock = threading.Lock()
        self.wake = threading.Event()

    def step(self) -> None:
        """Start on everything due that is not being worked on."""
        with self._lock:
            free = WORKERS - len(self._busy)
            due = self._inbox.due(BATCH + len(self._busy)) if free > 0 else []
            chosen = [kept for kept in due if kept.id not in self._busy][:free]
            self._busy |= {kept.id for kept in chosen}
        for kept in chosen:
            self._pool.submit(self._one, kept)

    def _one(self, kept: Kept) -> None:
        request_id.adopt(None)
        try:
            self.deliver(kept)
        except Exception:
            # the row stays due, and is taken up again by the clock, not in a hot loop
            log.exception("delivery of event %s failed", kept.id)
        else:
            self.wake.set()
        finally:
            with self._lock:
                self._busy.discard(kept.id)

    def deliver(self, kept: Kept) -> None:
        """One event as far as it goes now."""
        try:
            fact = kept.fact or self._verified(kept)
            if fact is None:
                return
            self._mark_paid(fact)
            confirmed = self._main_api.confirm(fact)
        except ServiceError as trouble:
            self._told_later(kept, str(trouble))
        except Exception as bug:
            self._told_later(kept, type(bug).__name__)
            raise
        else:
            self._inbox.delivered(kept, confirmed.outcome)
            log.info(
                "order %s: %s %s -> %s",
                fact.order_id, fact.provider, fact.kind, confirmed.outcome,
            )  # fmt: skip

    def _verified(self, kept: Kept) -> PaymentFact | None:
        provider = self._providers.get(kept.event.provider)
        if provider is None:
            # its variables were taken away; the event waits for them
            self._told_later(kept, f"{kept.event.provider} is switched off")
            return None
        verdict = provider.verify(kept.event)
        if isinstance(verdict, Closed):
            log.warning("%s event %s: %s", kept.event.provider, kept.id, verdict.why)
            self._inbox.close(kept, verdict.why)
            return None
        self._inbox.verified(kept.id, verdict)
        return verdict

    def _mark_paid(self, fact: PaymentFact) -> None:
        opened = self._checkouts.find(fact.order_id)
        if opened is None or fact.kind is not FactKind.SUCCEEDED or fact.currency != "RUB":
            return
        if (fact.paid_kopecks or 0) >= opened.request.amount_kopecks:
            self._checkouts.mark_paid(fact.order_id)

    def _told_later(self, kept: Kept, why: str) -> None:
        level = logging.ERROR if kept.tries >= LOUD_AFTER else logging.WARNING
        log.log(level, "event %s waits (try %s): %s", kept.id, kept.tries + 1, why)
        self._inbox.later(kept)

    def finish(self) -> None:
        """Let what is being worked on end, as far as it does within its own deadlines."""
        self._pool.shutdown(wait=True, cancel_futures=True)
