"""The ledger and its webhooks together: every change of a payment tells the shop about itself."""

from dataclasses import replace

from common.clock import Clock
from sandbox.payments.delivery import Courier
from sandbox.payments.money import sum_text
from sandbox.payments.settings import YooKassaShop
from sandbox.payments.switches import SwitchBoard
from sandbox.payments.yookassa.ledger import Change, Ledger
from sandbox.payments.yookassa.objects import Payment, Refund, moment, new_id
from sandbox.payments.yookassa.requests import Amount, NewPayment, NewRefund
from sandbox.payments.yookassa.webhooks import as_canceled, as_succeeded, event_of


class Shop:
    """Nothing is sent while the ledger is locked: the receiver of an event asks for the payment."""

    def __init__(
        self, settings: YooKassaShop, clock: Clock, courier: Courier, board: SwitchBoard
    ) -> None:
        self.settings = settings
        self.ledger = Ledger(settings, clock)
        self._clock = clock
        self._courier = courier
        self._board = board

    def create(self, wish: NewPayment, host_url: str) -> Payment:
        """The payment as the answer tells it, which a `before_answer` event may have overtaken."""
        payment = self.ledger.create(wish, host_url)
        if wish.payment_method_id:
            return self._charge(payment)
        if self._board.values.before_answer:
            self._tell(self.ledger.pay(payment.id), wait=True)
        return payment

    def pay(self, payment_id: str, *, save_method: bool) -> Payment:
        self.expire()
        change = self.ledger.pay(payment_id, save_method=save_method)
        return self._tell(change, wait=not self._board.values.redirect_first)

    def decline(self, payment_id: str, reason: str) -> Payment:
        change = self.ledger.decline(payment_id, reason)
        return self._tell(change, wait=not self._board.values.redirect_first)

    def capture(self, payment_id: str, amount: Amount | None) -> Payment:
        self.expire()
        change = self.ledger.capture(payment_id, amount)
        return self._tell(change, wait=self._board.values.before_answer)

    def cancel(self, payment_id: str) -> Payment:
        change = self.ledger.cancel(payment_id)
        return self._tell(change, wait=self._board.values.before_answer)

    def refund(self, wish: NewRefund) -> Refund:
        refund = self.ledger.refund(wish)
        order = _order(self.ledger.find(refund.payment_id))
        event = event_of(self.settings, "refund.succeeded", refund.as_json(), order)
        self._courier.send(event, wait=self._board.values.before_answer)
        return refund

    def expire(self) -> None:
        for change in self.ledger.expire():
            self._tell(change)

    def underpay(self, payment: Payment, kopecks: int) -> Payment:
        """A second, truly paid payment of the same order with another sum."""
        wish = NewPayment.model_validate(
            {
                "amount": {"value": sum_text(kopecks), "currency": payment.currency},
                "capture": True,
                "description": payment.description,
                "confirmation": {"type": "redirect", "return_url": payment.return_url},
                "metadata": dict(payment.metadata),
            }
        )
        host_url = payment.confirmation_url.partition("/checkout/")[0]
        twin_id = self.ledger.create(wish, host_url).id
        return self._tell(self.ledger.pay(twin_id), wait=True)

    def forge(self, payment: Payment, kind: str, times: int, *, parallel: bool) -> None:
        """`unpaid`: claims that this payment succeeded. `foreign_id`: the same with an id that
        does not exist. The claim bears the order's real metadata and sum.
        """
        now = self._clock()
        if kind == "foreign_id":
            payment = replace(payment, id=new_id(now))
        claim = as_succeeded(payment.as_json(), moment(now))
        event = event_of(self.settings, "payment.succeeded", claim, _order(payment), kind=kind)
        self._courier.repeat(event, times, parallel=parallel)

    def _charge(self, payment: Payment) -> Payment:
        reason = self._board.values.recurring_decline
        ledger = self.ledger
        change = ledger.decline(payment.id, reason) if reason else ledger.pay(payment.id)
        return self._tell(change, wait=self._board.values.before_answer)

    def _tell(self, change: Change, *, wait: bool = False) -> Payment:
        if not change.event:
            return change.payment
        about, order = change.payment.as_json(), _order(change.payment)
        stale = None
        if change.event == "payment.succeeded" and self._board.values.canceled_after_succeeded:
            claim = as_canceled(about)
            stale = event_of(self.settings, "payment.canceled", claim, order, kind="stale")
        event = event_of(self.settings, change.event, about, order)
        self._courier.send(event, wait=wait, then=stale)
        return change.payment


def _order(payment: Payment) -> str:
    return payment.metadata.get("order_id", "")
