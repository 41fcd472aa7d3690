"""The YooMoney wallet: a form that the payer's browser posts, and signed notifications."""

import logging
from datetime import UTC, datetime, timedelta
from typing import Literal, final

from typing_extensions import override

from common.clock import Clock
from common.errors import BadRequest, Forbidden
from models.codes import FactKind, ProviderName
from models.payments import CheckoutRequest, PaymentFact
from payments_webhook.checkouts import Checkouts
from payments_webhook.inbox import Event, Inbox
from payments_webhook.money import consistent_with, kopecks, roubles
from payments_webhook.providers.base import Closed, PayForm, Provider, Verdict
from payments_webhook.providers.yoomoney_history import HISTORY, Operations
from payments_webhook.providers.yoomoney_sign import is_signed, parameters_of

log = logging.getLogger(__name__)
ROUBLES = "643"
LONGEST_ID = 128
ALARM_EVERY = timedelta(hours=1)
# Never kept: sender, names, address, phone, e-mail.
KEPT = ("amount", "withdraw_amount", "currency", "datetime", "label", "unaccepted", "codepro")


@final
class YooMoney(Provider):
    """`operations` is None without a token: then only notifications tell of money."""

    def __init__(
        self,
        *,
        wallet: str,
        secret: str,
        url: str,
        checkouts: Checkouts,
        inbox: Inbox,
        operations: Operations | None,
        clock: Clock,
    ) -> None:
        self._wallet, self._secret, self._url = wallet, secret, url
        self._checkouts, self._inbox = checkouts, inbox
        self._operations = operations
        self._clock = clock
        self._alarmed: datetime | None = None

    @property
    @override
    def name(self) -> ProviderName:
        return ProviderName.YOOMONEY

    @property
    @override
    def body_kind(self) -> Literal["form"]:
        return "form"

    @override
    def read(self, body: bytes) -> Event | None:
        said = parameters_of(body)
        if not is_signed(said, self._secret):
            self._alarm(said)
            raise Forbidden("wrong sign", code="wrong_sign")
        if said.get("test_notification") == "true":
            log.info("the wallet's test notification came, rightly signed")
            return None
        operation = said.get("operation_id", "")
        if not 1 <= len(operation) <= LONGEST_ID:
            raise BadRequest("no operation_id")
        held = "".join(f".{flag}" for flag in ("unaccepted", "codepro") if said.get(flag) == "true")
        return Event(
            provider=self.name,
            external_id=operation,
            # frozen money is told twice: the second must not be taken for a copy of the first
            event=said.get("notification_type", "")[:64] + held,
            order_id=said.get("label", "")[:64],
            body={field: said[field][:256] for field in KEPT if field in said},
            trusted=True,
        )

    def _alarm(self, said: dict[str, str]) -> None:
        """One line an hour for the owner: at the set-up it means that the secret is wrong."""
        now = self._clock()
        if self._alarmed is None or now - self._alarmed >= ALARM_EVERY:
            self._alarmed = now
            log.error(
                "a YooMoney sign is wrong: somebody forges, or YOOMONEY_SECRET is not the wallet's",
                extra={"fields": sorted(said), "blank": sorted(k for k in said if not said[k])},
            )

    @override
    def verify(self, event: Event) -> Verdict:
        body = event.body
        if "true" in (body.get("unaccepted"), body.get("codepro")):
            return Closed("not accepted yet")
        received = kopecks(body.get("amount"))
        if event.event == HISTORY:
            paid = self._price_if_paid(event.order_id, received)
        else:
            paid = kopecks(body["withdraw_amount"]) if "withdraw_amount" in body else None
        currency = body.get("currency", "")
        return PaymentFact(
            kind=FactKind.SUCCEEDED,
            provider=self.name,
            external_id=event.external_id,
            order_id=event.order_id,
            paid_kopecks=paid,
            received_kopecks=received,
            currency="RUB" if currency == ROUBLES else currency[:8],
            occurred_at=self._moment(body.get("datetime", "")),
        )

    def _price_if_paid(self, order_id: str, net: int | None) -> int | None:
        """The history tells net sums only; None leaves the decision to the owner."""
        opened = self._checkouts.find(order_id)
        if opened is None or net is None:
            return None
        price = opened.request.amount_kopecks
        return price if consistent_with(net, price) else None

    def _moment(self, text: str) -> datetime:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            return self._clock()
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

    @override
    def pay_form(self, checkout: CheckoutRequest) -> PayForm:
        return PayForm(
            provider=self.name,
            action=f"{self._url}/quickpay/confirm",
            fields=(
                ("receiver", self._wallet),
                ("quickpay-form", "button"),
                ("label", checkout.order_id),
                ("sum", roubles(checkout.amount_kopecks)),
                ("successURL", checkout.return_url),
            ),
            way_field="paymentType",
            ways=(("AC", "card"), ("PC", "wallet")),
        )

    @override
    def pay_url(self, checkout: CheckoutRequest) -> None:
        """The form needs nothing of YooMoney beforehand."""

    @override
    def reconcile(self) -> int:
        if self._operations is None:
            return 0
        told = 0
        for found in self._operations.newest():
            ours = self._checkouts.find(found.order_id) is not None
            if ours and not self._inbox.has(self.name, found.external_id):
                told += self._inbox.put(found)
        return told

    @override
    def form_origins(self) -> list[str]:
        return [self._url]
