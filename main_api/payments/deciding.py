"""Money that came, and money that did not: what each fact does to its order and to access."""

import hashlib
from collections.abc import Iterator

from common.clock import Clock, milliseconds
from common.errors import Invalid, NotFound, Unavailable
from main_api.access.service import AccessService
from main_api.payments.facts import Decision, FactStore, Stored, payment_of, second_key
from main_api.payments.orders import UNPAID, Order, OrderStore
from main_api.referrals.service import ReferralService
from models.access import Access
from models.codes import ConfirmOutcome, FactKind, NoticeKind, OrderStatus

UNHURRIED = "expired_on_confirmation"
"""Nobody paid and nothing failed: the page was left, and the provider closed it after an hour."""


class Deciding:
    """Every step may be repeated, after a crash at any point and at once from several threads."""

    def __init__(
        self,
        facts: FactStore,
        orders: OrderStore,
        access: AccessService,
        referrals: ReferralService,
        clock: Clock,
    ) -> None:
        self._facts, self._orders = facts, orders
        self._access = access
        self._referrals = referrals
        self._clock = clock
        self._by_kind = {
            FactKind.SUCCEEDED: self._money,
            FactKind.CANCELED: self._failure,
            FactKind.REFUNDED: self._refund,
        }

    def decide(self, stored: Stored) -> Decision:
        """Raises Unavailable when it must be tried again."""
        return self._by_kind[stored.fact.kind](stored)

    def _money(self, stored: Stored) -> Decision:
        fact = stored.fact
        order = self._orders.find(fact.order_id)
        if order is None:
            return _for_owner(stored, ConfirmOutcome.UNKNOWN_ORDER, "money without an order")
        if fact.currency != order.currency:
            return _for_owner(stored, ConfirmOutcome.WRONG_CURRENCY, f"paid in {fact.currency}")
        if fact.paid_kopecks is None:
            return _for_owner(stored, ConfirmOutcome.IGNORED, "what the payer paid is not told")
        if 0 < fact.paid_kopecks <= self._facts.refunded_kopecks(fact, fact.external_id):
            return self._came_and_went(stored, order, fact.paid_kopecks)
        if fact.paid_kopecks < order.amount_kopecks:
            return self._too_little(stored, order, fact.paid_kopecks)
        return self._enough(stored, order)

    def _came_and_went(self, stored: Stored, order: Order, paid: int) -> Decision:
        """It may have been granted before a kill, or be granted by a thread that is late: the
        refund takes that back, and forbids it, by the key that such a thread uses.
        """
        if paid < order.amount_kopecks:
            return Decision(ConfirmOutcome.IGNORED, order.user_id)
        paid_for = self._orders.mark_paid(order.order_id, stored.fact_id, self._clock())
        self._orders.mark_refunded(order.order_id, stored.fact_id)
        return Decision(ConfirmOutcome.IGNORED, order.user_id, _grant_key(stored, paid_for))

    def _too_little(self, stored: Stored, order: Order, paid: int) -> Decision:
        """Parts of a price are not summed up: the owner sees each of them."""
        self._orders.mark_underpaid(order.order_id)
        why = f"paid {paid} of {order.amount_kopecks} kopecks"
        alert = _for_owner(stored, ConfirmOutcome.UNDERPAID, why).alert
        return Decision(
            ConfirmOutcome.UNDERPAID,
            order.user_id,
            notice=NoticeKind.PAYMENT_UNDERPAID if order.status in UNPAID else None,
            params={
                "order_id": order.order_id,
                "paid_kopecks": paid,
                "price_kopecks": order.amount_kopecks,
            },
            alert=alert,
        )

    def _enough(self, stored: Stored, order: Order) -> Decision:
        paid = self._orders.mark_paid(order.order_id, stored.fact_id, self._clock())
        again = paid.paid_by != stored.fact_id
        key = _grant_key(stored, paid)
        try:
            access = self._granted(order, key)
        except NotFound:
            return _for_owner(stored, ConfirmOutcome.IGNORED, "paid by a user who is gone")
        except Invalid as refused:
            return _for_owner(stored, ConfirmOutcome.IGNORED, f"not granted: {refused.code}")
        self._orders.mark_granted(order.order_id, stored.fact_id, self._clock())
        self._referrals.paid(order.user_id, stored.fact_id)
        return self._receipt(stored, order, access, key, again=again)

    def _granted(self, order: Order, key: str) -> Access:
        return self._access.grant(
            order.user_id,
            key,
            months=order.months,
            days=0 if order.months else order.duration_days,
            paid=True,
            enforce_maximum=False,
        )

    def _receipt(
        self, stored: Stored, order: Order, access: Access, key: str, *, again: bool
    ) -> Decision:
        renews = again or self._orders.has_granted(order.user_id, but=order.order_id)
        why = "; ".join(_unusual(access, again=again))
        alert = _for_owner(stored, ConfirmOutcome.GRANTED, why).alert if why else ""
        return Decision(
            ConfirmOutcome.GRANTED,
            order.user_id,
            grant_key=key,
            notice=NoticeKind.PAYMENT_RECEIVED,
            params={
                "order_id": order.order_id,
                "until_ms": _until(access),
                "months": order.months,
                "first": 0 if renews else 1,
            },
            alert=alert,
        )

    def _failure(self, stored: Stored) -> Decision:
        self._orders.mark_canceled(stored.fact.order_id)
        order = self._orders.find(stored.fact.order_id)
        if order is None or order.status is not OrderStatus.CANCELED:
            return Decision(ConfirmOutcome.IGNORED, order.user_id if order else 0)
        reason = stored.fact.reason or "no reason given"
        if reason.endswith(UNHURRIED):
            return Decision(ConfirmOutcome.CANCELED, order.user_id)
        return Decision(
            ConfirmOutcome.CANCELED,
            order.user_id,
            notice=NoticeKind.PAYMENT_FAILED,
            params={"order_id": order.order_id},
            alert=_for_owner(stored, ConfirmOutcome.CANCELED, f"failed: {reason}").alert,
        )

    def _refund(self, stored: Stored) -> Decision:
        """Only the whole sum takes access back; of a part the owner decides."""
        payment = self._facts.find(payment_of(stored.fact))
        if payment is None:
            return _for_owner(stored, ConfirmOutcome.IGNORED, "a refund of money never seen here")
        if payment.decision is None:
            raise Unavailable("the payment is just being taken", code="payment_in_work")
        back = self._facts.refunded_kopecks(stored.fact, payment.fact.external_id)
        if back < (payment.fact.paid_kopecks or 0):
            return _for_owner(stored, ConfirmOutcome.IGNORED, "a part was refunded; access stays")
        return self._taken_back(payment)

    def _taken_back(self, payment: Stored) -> Decision:
        assert payment.decision is not None
        user_id, key = payment.decision.user_id, payment.decision.grant_key
        if not key:
            return Decision(ConfirmOutcome.REFUNDED, user_id)
        self._referrals.refunded(user_id, payment.fact_id)
        try:
            self._access.forgo(user_id, key)
            access = self._access.take_back(user_id, key)
        except NotFound:
            return Decision(ConfirmOutcome.REFUNDED, user_id)
        order_id = payment.fact.order_id
        self._orders.mark_refunded(order_id, payment.fact_id)
        return Decision(
            ConfirmOutcome.REFUNDED,
            user_id,
            notice=NoticeKind.PAYMENT_REFUNDED,
            params={"order_id": order_id, "until_ms": _until(access)},
        )


def _unusual(access: Access, *, again: bool) -> Iterator[str]:
    """What the owner should know of a payment that was taken all the same."""
    if again:
        yield "a second payment of one order; access was extended again"
    if access.banned:
        yield "paid by a user who is banned, and stays so; the end of access has moved"


def _grant_key(stored: Stored, order: Order) -> str:
    """The order's own for the payment that paid it, another one for each further payment."""
    if order.paid_by == stored.fact_id:
        return order.order_id
    digest = hashlib.sha256(stored.fact.external_id.encode()).hexdigest()
    return second_key(order.order_id, digest)


def _until(access: Access) -> int:
    return milliseconds(access.expires_at) if access.expires_at else 0


def _for_owner(stored: Stored, outcome: ConfirmOutcome, why: str) -> Decision:
    fact = stored.fact
    order = fact.order_id or "-"
    alert = f"{fact.provider} {fact.external_id}, order {order}: {why}"
    return Decision(outcome, alert=alert)
