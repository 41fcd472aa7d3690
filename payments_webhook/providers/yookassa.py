"""YooKassa: unsigned notifications, so the truth is what its API answers to our own keys."""

import json
import logging
import re
from datetime import datetime, timedelta
from threading import BoundedSemaphore
from typing import Any, Literal, final

from typing_extensions import override

from common.clock import Clock
from common.errors import BadRequest, NotFound, Unavailable
from models.codes import FactKind, ProviderName
from models.payments import CheckoutRequest, PaymentFact
from payments_webhook.checkouts import Attempt, Checkouts
from payments_webhook.inbox import Event, Inbox
from payments_webhook.money import kopecks, roubles
from payments_webhook.providers.base import Closed, PayForm, Provider, Verdict
from payments_webhook.providers.yookassa_api import YooKassaApi

log = logging.getLogger(__name__)
OBJECT_ID = re.compile(r"[0-9a-f-]{36}")
SUCCEEDED, CANCELED = "payment.succeeded", "payment.canceled"
WAITING, REFUNDED = "payment.waiting_for_capture", "refund.succeeded"
EVENTS = frozenset({SUCCEEDED, CANCELED, WAITING, REFUNDED})
UNKNOWN = "unknown"  # in no list of theirs: the payment was made with another account
FRESH = timedelta(seconds=5)
CHECKED_A_SWEEP = 50
PAYERS_AT_ONCE = 6
"""Each holds a thread of the web server while YooKassa answers; notifications need some too."""
PATIENCE_SECONDS = 0.5


@final
class YooKassa(Provider):
    def __init__(
        self,
        *,
        shop_id: str,
        api: YooKassaApi,
        api_url: str,
        accept_test: bool,
        checkouts: Checkouts,
        inbox: Inbox,
        clock: Clock,
    ) -> None:
        self._shop_id = shop_id
        self._api, self._api_url = api, api_url
        self._accept_test = accept_test
        self._checkouts, self._inbox = checkouts, inbox
        self._clock = clock
        self._payers = BoundedSemaphore(PAYERS_AT_ONCE)

    @property
    @override
    def name(self) -> ProviderName:
        return ProviderName.YOOKASSA

    @property
    @override
    def body_kind(self) -> Literal["json"]:
        return "json"

    @override
    def read(self, body: bytes) -> Event | None:
        """Of the body only the names of things are kept: what it says of them is not believed."""
        kind, what = _parts(body)
        if kind not in EVENTS:
            return None
        object_id = what.get("id")
        if not isinstance(object_id, str) or not OBJECT_ID.fullmatch(object_id):
            raise BadRequest("no object.id")
        payment_id = _text(what.get("payment_id")) if kind == REFUNDED else object_id
        order_of_payment = self._checkouts.order_of(payment_id)
        order_id = order_of_payment or self._order_named(what)
        # the payer knows his payment's id, and can invent refunds of it without end
        trusted = bool(order_of_payment) and kind != REFUNDED
        return Event(self.name, object_id, kind, order_id, {}, trusted)

    def _order_named(self, what: dict[str, Any]) -> str:
        metadata = what.get("metadata")
        named = _text(metadata.get("order_id")) if isinstance(metadata, dict) else ""
        return named if named and self._checkouts.find(named) else ""

    @override
    def verify(self, event: Event) -> Verdict:
        try:
            if event.event == REFUNDED:
                return self._refund(event)
            payment = self._api.payment(event.external_id)
        except NotFound:
            return Closed("forged or foreign: YooKassa has none")
        return self._not_ours(payment) or self._payment(payment, event)

    def _not_ours(self, payment: Any) -> Closed | None:
        if str(payment.recipient.account_id) != self._shop_id:
            return Closed("a payment of another shop")
        if payment.test and not self._accept_test:
            return Closed("a test payment")
        return None

    def _payment(self, payment: Any, event: Event) -> Verdict:
        if payment.status == "canceled":
            self._checkouts.canceled(payment.id)
            return self._fact(FactKind.CANCELED, payment, payment, reason=_reason(payment))
        if payment.status == "succeeded" and payment.paid:
            self._checkouts.unwatch(payment.id)
            return self._fact(FactKind.SUCCEEDED, payment, payment)
        return Closed(f"{event.event}, but YooKassa says {payment.status}")

    def _refund(self, event: Event) -> Verdict:
        refund = self._api.refund(event.external_id)
        payment = self._api.payment(refund.payment_id)
        if refund.status != "succeeded":
            return Closed(f"the refund is {refund.status}")
        return self._not_ours(payment) or self._fact(FactKind.REFUNDED, refund, payment)

    def _fact(
        self, kind: FactKind, about: Any, payment: Any, *, reason: str | None = None
    ) -> PaymentFact:
        moment = getattr(about, "captured_at", None) or about.created_at
        metadata = payment.metadata or {}
        order_id = self._checkouts.order_of(payment.id) or str(metadata.get("order_id") or "")
        return PaymentFact(
            kind=kind,
            provider=self.name,
            external_id=about.id,
            order_id=order_id[:64],
            paid_kopecks=kopecks(about.amount.value),
            currency=about.amount.currency,
            payment_external_id=payment.id if kind is FactKind.REFUNDED else None,
            reason=reason,
            occurred_at=datetime.fromisoformat(moment) if moment else self._clock(),
        )

    @override
    def pay_form(self, checkout: CheckoutRequest) -> PayForm:
        return PayForm(self.name, action=f"{checkout.order_id}/yookassa")

    @override
    def pay_url(self, checkout: CheckoutRequest) -> str | None:
        """The open payment of this order, or a new one if the last was canceled."""
        if not self._payers.acquire(timeout=PATIENCE_SECONDS):
            raise Unavailable("too many wait for YooKassa")
        try:
            return self._offered(checkout)
        finally:
            self._payers.release()

    def _offered(self, checkout: CheckoutRequest) -> str | None:
        attempt = self._checkouts.attempt(checkout.order_id)
        if attempt.dead:
            attempt = self._checkouts.next_attempt(attempt)
        if attempt.payment_id is None:
            return self._make(attempt, checkout)
        if attempt.age_ms < FRESH // timedelta(milliseconds=1):
            return attempt.pay_url
        status = self._status(attempt.payment_id)
        if status == "pending":
            self._checkouts.seen_open(attempt)
            return attempt.pay_url
        if status in ("canceled", UNKNOWN):
            return self._make(self._checkouts.next_attempt(attempt), checkout)
        self._tell(attempt)
        return None

    def _status(self, payment_id: str) -> str:
        try:
            return str(self._api.payment(payment_id).status)
        except NotFound:
            log.warning("YooKassa has lost a payment it made: %s", payment_id)
            return UNKNOWN

    def _make(self, attempt: Attempt, checkout: CheckoutRequest) -> str:
        """Repeating it is safe: the key is the attempt's, and the body depends on it alone."""
        wish = {
            "amount": {"value": roubles(checkout.amount_kopecks), "currency": checkout.currency},
            "capture": True,
            "description": checkout.description,
            "confirmation": {"type": "redirect", "return_url": checkout.return_url},
            "metadata": {"order_id": checkout.order_id},
        }
        made = self._api.create(wish, key=attempt.key)
        url = made.confirmation.confirmation_url if made.confirmation else None
        if not made.id or not url:
            raise Unavailable("YooKassa made a payment without a page")
        self._checkouts.made(attempt, made.id, url)
        return str(url)

    @override
    def reconcile(self) -> int:
        """Ask for each payment that is still open here; what it says goes the events' way."""
        attempts = self._checkouts.to_check(CHECKED_A_SWEEP)
        return sum(self._tell(attempt) for attempt in attempts if not self._still_open(attempt))

    def _tell(self, attempt: Attempt) -> bool:
        payment_id = str(attempt.payment_id)
        event = Event(self.name, payment_id, SUCCEEDED, attempt.order_id, {}, trusted=True)
        told = self._inbox.put(event)
        self._checkouts.unwatch(payment_id)
        return told

    def _still_open(self, attempt: Attempt) -> bool:
        status = self._status(str(attempt.payment_id))
        if status in ("pending", "waiting_for_capture", UNKNOWN):
            self._checkouts.seen_open(attempt)
            return True
        return False

    @override
    def form_origins(self) -> list[str]:
        pages = ["https://yoomoney.ru", "https://yookassa.ru"]
        return [self._api_url.removesuffix("/v3"), *pages]


def _parts(body: bytes) -> tuple[str, dict[str, Any]]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        raise BadRequest("the body is not JSON") from None
    if not isinstance(said, dict):
        raise BadRequest("the body is no JSON object")
    event, what = said.get("event"), said.get("object")
    if not isinstance(event, str) or not isinstance(what, dict):
        raise BadRequest("no event and object")
    return event, what


def _text(value: object) -> str:
    """Ids are ASCII; JSON can also hold half a character, which SQLite cannot."""
    named = isinstance(value, str) and len(value) <= 64 and value.isascii()  # noqa: PLR2004 -- our ids
    return str(value) if named else ""


def _reason(payment: Any) -> str | None:
    details = payment.cancellation_details
    return f"{details.party}/{details.reason}"[:128] if details else None
