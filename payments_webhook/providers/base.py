"""What a payment provider must be able to do, in our words."""

from dataclasses import dataclass, field
from typing import Literal, Protocol

from models.codes import ProviderName
from models.payments import CheckoutRequest, PaymentFact
from payments_webhook.inbox import Event


@dataclass(frozen=True)
class Closed:
    """Nothing for main_api now: forged, foreign, a test, or not money yet. `why` is for the log."""

    why: str


Verdict = PaymentFact | Closed


@dataclass(frozen=True)
class PayForm:
    """A button of the pay page: a form the payer's browser posts. `ways` = (value, word) of the
    field `way_field`, of which the payer picks one.
    """

    provider: ProviderName
    action: str
    fields: tuple[tuple[str, str], ...] = ()
    way_field: str = ""
    ways: tuple[tuple[str, str], ...] = field(default=())


class Provider(Protocol):
    """Network trouble is Unavailable: nothing is known, the same will be asked again."""

    @property
    def name(self) -> ProviderName: ...

    @property
    def body_kind(self) -> Literal["json", "form"]:
        """In what shape its notifications come: by this they are told apart at one address."""
        ...

    def read(self, body: bytes) -> Event | None:
        """What a notification says, None if it is nothing to keep.

        Raises BadRequest when it is none, Forbidden when its signature is wrong.
        """
        ...

    def verify(self, event: Event) -> Verdict:
        """What is true of it, by the provider's own word; raises Unavailable."""
        ...

    def pay_form(self, checkout: CheckoutRequest) -> PayForm: ...

    def pay_url(self, checkout: CheckoutRequest) -> str | None:
        """Where the payer goes on, ready at the provider; raises Unavailable.

        None: the form of the page leads there by itself, or the order turned out to be paid.
        """
        ...

    def reconcile(self) -> int:
        """Put into the inbox what no notification told; how many. Raises Unavailable."""
        ...

    def form_origins(self) -> list[str]:
        """Where the payer's browser may be sent by our page."""
        ...
