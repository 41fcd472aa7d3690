"""Takes a verified fact: durably first, then acted upon, then answered; messages come after."""

import logging
from collections.abc import Callable
from datetime import timedelta

from common.clock import Clock
from common.errors import ServiceError
from main_api.payments.deciding import Deciding
from main_api.payments.facts import Decision, FactStore, Stored
from main_api.payments.messages import Messages
from models.codes import ConfirmOutcome
from models.payments import Confirmed, PaymentFact

log = logging.getLogger(__name__)
Soon = Callable[[Callable[[], object]], object]
LEFT_ALONE = timedelta(seconds=5)
A_SWEEP = 100


class Settlement:
    """`soon` runs what it is given outside the request; `sweep` finds whatever was cut off."""

    def __init__(
        self, facts: FactStore, deciding: Deciding, messages: Messages, clock: Clock, soon: Soon
    ) -> None:
        self._facts = facts
        self._deciding = deciding
        self._messages = messages
        self._clock = clock
        self._soon = soon

    def confirm(self, fact: PaymentFact) -> Confirmed:
        """Raises Unavailable when it must be sent again; the fact itself may be stored by then."""
        stored = self._facts.take(fact, self._clock())
        return Confirmed(outcome=self._settled(stored), order_id=fact.order_id)

    def _settled(self, stored: Stored) -> ConfirmOutcome:
        while stored.decision is None:
            decision = self._deciding.decide(stored)
            if self._facts.decide(stored, decision, self._clock()):
                log.info("payment %s: %s", stored.fact_id, decision.outcome)
                self._tell_soon(stored.fact_id, decision)
                return decision.outcome
            stored = self._facts.get(stored.fact_id)  # somebody else was faster
        return _again(stored.decision.outcome)

    def _tell_soon(self, fact_id: str, decision: Decision) -> None:
        if decision.notice or decision.alert:
            self._soon(lambda: self._messages.tell(fact_id))

    def sweep(self) -> None:
        """Finish what a crash or a neighbour's absence has cut off: decisions, then messages."""
        before = self._clock() - LEFT_ALONE
        for stored in self._facts.undecided(before, A_SWEEP):
            try:
                self._settled(stored)
            except ServiceError as trouble:
                log.warning("payment %s still waits: %s", stored.fact_id, trouble.code)
            except Exception:
                # a bug that one payment meets must not hold up the others
                log.exception("payment %s cannot be settled", stored.fact_id)
        for stored in self._facts.untold(before, A_SWEEP):
            if not self._messages.tell(stored.fact_id):
                return  # a neighbour may take its time not to answer; money is not to wait for it


def _again(outcome: ConfirmOutcome) -> ConfirmOutcome:
    return ConfirmOutcome.ALREADY_GRANTED if outcome is ConfirmOutcome.GRANTED else outcome
