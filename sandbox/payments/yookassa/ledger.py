"""The payments of one shop and the changes YooKassa allows: statuses only move forward."""

import threading
from dataclasses import dataclass, replace
from datetime import timedelta

from common.clock import Clock
from sandbox.payments.settings import YooKassaShop
from sandbox.payments.yookassa.errors import bad_request, not_found
from sandbox.payments.yookassa.objects import Payment, Refund, new_id
from sandbox.payments.yookassa.requests import Amount, NewPayment, NewRefund

_HOLD = timedelta(days=7)


@dataclass(frozen=True)
class Change:
    """A payment after a call, and the event that tells of it ("" = nothing changed)."""

    payment: Payment
    event: str = ""


class Ledger:
    """Every method is atomic; none of them sends anything."""

    def __init__(self, shop: YooKassaShop, clock: Clock) -> None:
        self._shop = shop
        self._clock = clock
        self._lock = threading.RLock()
        self._payments: dict[str, Payment] = {}
        self._refunds: dict[str, Refund] = {}

    def create(self, wish: NewPayment, host_url: str) -> Payment:
        now = self._clock()
        payment_id = new_id(now)
        if wish.payment_method_id:
            self._saved_method(wish.payment_method_id)
        payment = Payment(
            id=payment_id,
            account_id=self._shop.shop_id,
            gateway_id=self._shop.gateway_id,
            amount=wish.amount.kopecks,
            currency=wish.amount.currency,
            created_at=now,
            capture=wish.capture,
            description=wish.description,
            metadata=wish.metadata,
            return_url=wish.confirmation.return_url if wish.confirmation else "",
            confirmation_url=""
            if wish.payment_method_id
            else f"{host_url}/checkout/payments/v2/contract?orderId={payment_id}",
            save_method=wish.save_payment_method,
            with_receipt=wish.receipt is not None,
            method_id=wish.payment_method_id,
            method_saved=bool(wish.payment_method_id),
        )
        return self._keep(payment)

    def find(self, payment_id: str) -> Payment:
        """Raises YooKassaError 404."""
        with self._lock:
            if payment_id not in self._payments:
                raise not_found("payment")
            return self._payments[payment_id]

    def of_order(self, order: str) -> Payment | None:
        """The newest payment with this id, or with this `order_id` in its metadata."""
        with self._lock:
            for payment in reversed(self._payments.values()):
                if order in {payment.id, payment.metadata.get("order_id")}:
                    return payment
        return None

    def payments(self) -> list[Payment]:
        """Newest first."""
        with self._lock:
            return list(reversed(self._payments.values()))

    def refunds(self) -> list[Refund]:
        with self._lock:
            return list(reversed(self._refunds.values()))

    def pay(self, payment_id: str, *, save_method: bool = False) -> Change:
        """Paying what is no longer pending changes nothing."""
        with self._lock:
            payment = self.find(payment_id)
            if payment.status != "pending":
                return Change(payment)
            now = self._clock()
            if not payment.method_id:
                saved = payment.save_method and save_method
                payment = replace(payment, method_id=payment.id, method_saved=saved)
            if payment.capture:
                taken = self._keep(replace(payment, status="succeeded", captured_at=now))
                return Change(taken, "payment.succeeded")
            held = replace(payment, status="waiting_for_capture", expires_at=now + _HOLD)
            return Change(self._keep(held), "payment.waiting_for_capture")

    def decline(self, payment_id: str, reason: str, party: str = "payment_network") -> Change:
        with self._lock:
            payment = self.find(payment_id)
            if payment.status != "pending":
                return Change(payment)
            return self._cancel(payment, party, reason)

    def capture(self, payment_id: str, amount: Amount | None) -> Change:
        with self._lock:
            payment = self._held(payment_id)
            kopecks = amount.kopecks if amount else payment.amount
            if kopecks > payment.amount or (amount and amount.currency != payment.currency):
                raise bad_request("The amount exceeds what is held", "amount")
            now = self._clock()
            taken = replace(payment, status="succeeded", captured_at=now, amount=kopecks)
            return Change(self._keep(taken), "payment.succeeded")

    def cancel(self, payment_id: str) -> Change:
        with self._lock:
            return self._cancel(self._held(payment_id), "merchant", "canceled_by_merchant")

    def expire(self) -> list[Change]:
        """What has died by itself by now: unused links and money held too long."""
        with self._lock:
            now = self._clock()
            dead_links = [
                self._cancel(it, "yoo_money", "expired_on_confirmation")
                for it in self._payments.values()
                if it.status == "pending" and it.created_at + self._shop.link_lifetime <= now
            ]
            dead_holds = [
                self._cancel(it, "yoo_money", "expired_on_capture")
                for it in self._payments.values()
                if it.status == "waiting_for_capture" and it.expires_at and it.expires_at <= now
            ]
            return dead_links + dead_holds

    def refund(self, wish: NewRefund) -> Refund:
        with self._lock:
            payment = self.find(wish.payment_id)
            if payment.status != "succeeded":
                raise bad_request("Only a succeeded payment can be refunded", "payment_id")
            if wish.amount.currency != payment.currency:
                raise bad_request("Currency differs from the payment's", "amount.currency")
            if wish.amount.kopecks > payment.amount - payment.refunded:
                raise bad_request("Refund amount exceeds what is left", "amount.value")
            now = self._clock()
            refund = Refund(
                new_id(now),
                payment.id,
                wish.amount.kopecks,
                payment.currency,
                now,
                wish.description,
            )
            self._refunds[refund.id] = refund
            self._keep(replace(payment, refunded=payment.refunded + refund.amount))
            return refund

    def find_refund(self, refund_id: str) -> Refund:
        """Raises YooKassaError 404."""
        with self._lock:
            if refund_id not in self._refunds:
                raise not_found("refund")
            return self._refunds[refund_id]

    def _held(self, payment_id: str) -> Payment:
        payment = self.find(payment_id)
        if payment.status != "waiting_for_capture":
            raise bad_request(f"The payment is {payment.status}, not waiting_for_capture")
        return payment

    def _saved_method(self, method_id: str) -> None:
        with self._lock:
            owner = self._payments.get(method_id)
        if owner is None or not owner.method_saved:
            raise bad_request("This payment method is not saved", "payment_method_id")

    def _cancel(self, payment: Payment, party: str, reason: str) -> Change:
        ended = replace(payment, status="canceled", canceled_by=party, reason=reason)
        return Change(self._keep(ended), "payment.canceled")

    def _keep(self, payment: Payment) -> Payment:
        with self._lock:
            self._payments[payment.id] = payment
        return payment
