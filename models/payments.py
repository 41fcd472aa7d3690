"""Orders, checkouts and what providers said, as they cross the wire."""

from typing import Annotated

from pydantic import AwareDatetime, Field

from models.access import OrderId
from models.codes import ConfirmOutcome, FactKind, OrderStatus, ProviderName
from models.users import UserId, Wire

Kopecks = Annotated[int, Field(ge=0, le=10**12)]


class CreatePaymentRequest(Wire):
    """C's optional fields are checked against the tariff when they are given.

    `request_key` makes a repeated press of "pay" return the same open order.
    """

    user_id: UserId
    tariff_id: str
    telegram_username: str | None = None
    tariff_name: str | None = None
    amount: Annotated[str | float | int | None, Field(union_mode="left_to_right")] = None
    currency: str | None = None
    description: Annotated[str, Field(max_length=128)] | None = None
    payment_method: str | None = None
    request_key: OrderId | None = None


class PaymentCreated(Wire):
    """`confirmation_url` is our own pay page; it stays valid for late payers after `expires_at`."""

    payment_id: OrderId
    confirmation_url: str
    payment_status: OrderStatus
    status: OrderStatus
    created_at: AwareDatetime
    expires_at: AwareDatetime


class Payment(Wire):
    payment_id: OrderId
    user_id: UserId
    tariff_id: str
    amount_kopecks: Kopecks
    currency: str
    status: OrderStatus
    created_at: AwareDatetime
    granted_at: AwareDatetime | None = None


class CheckoutRequest(Wire):
    """main_api asks payments_webhook for a way to pay an order that is already written."""

    order_id: OrderId
    user_id: UserId
    tariff_id: str
    amount_kopecks: Annotated[int, Field(gt=0, le=10**12)]
    currency: str = "RUB"
    description: Annotated[str, Field(max_length=128)]
    language: str = "ru"
    return_url: str


class Checkout(Wire):
    """`pay_url` is our pay page `/pay/<order>`; `providers` those the payer can choose from."""

    order_id: OrderId
    pay_url: str
    providers: list[ProviderName]


class PaymentFact(Wire):
    """A verified statement of a provider; `external_id` is unique with `provider`, for ever.

    `paid_kopecks` is what the payer was charged (YooMoney: withdraw_amount), null when the provider
    did not say. For a refund `external_id` is the refund's own id and `paid_kopecks` the sum given
    back; `payment_external_id` then names the payment.
    """

    kind: FactKind
    provider: ProviderName
    external_id: Annotated[str, Field(min_length=1, max_length=128)]
    order_id: Annotated[str, Field(max_length=64)]
    paid_kopecks: Kopecks | None = None
    received_kopecks: Kopecks | None = None
    currency: str
    payment_external_id: Annotated[str, Field(max_length=128)] | None = None
    reason: Annotated[str, Field(max_length=128)] | None = None
    occurred_at: AwareDatetime


class Confirmed(Wire):
    """main_api has taken the fact durably; it must not be sent again."""

    outcome: ConfirmOutcome
    order_id: str
