"""Access: how long a user may use the servers, and the links that lead there."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, model_validator

from models.users import UserId, Wire

OrderId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


class Access(Wire):
    """The state after a change: when it ends, its revision, the servers that do not know it yet.

    Who is `banned` is let in nowhere, whatever the end.
    """

    user_id: UserId
    expires_at: AwareDatetime | None
    revision: int
    pending: list[str]
    banned: bool = False


class GrantRequest(Wire):
    """Add time once: `order_id` is the key by which a repetition is recognised.

    Months by the calendar, and never less than 30 days each; negative numbers take time back.
    """

    user_id: UserId
    order_id: OrderId
    months: Annotated[int, Field(ge=-120, le=120)] = 0
    days: Annotated[int, Field(ge=-3660, le=3660)] = 0

    @model_validator(mode="after")
    def _not_nothing(self) -> "GrantRequest":
        if not self.months and not self.days:
            raise ValueError("months or days must be given")
        return self


class RevokeRequest(Wire):
    user_id: UserId
    order_id: OrderId


class ActivateRequest(Wire):
    payment_id: OrderId
    user_id: UserId
    tariff_id: str
    duration_days: Annotated[int, Field(ge=1, le=3660)]
    features: list[str] = []


class Subscription(Wire):
    subscription_id: str
    status: Literal["active", "expired"]
    start_date: AwareDatetime
    end_date: AwareDatetime
    config_url: str
    config_qr_code_url: str


class SubscriptionStatus(Wire):
    has_active_subscription: bool
    subscription_id: str | None = None
    status: Literal["active", "expired", "none"]
    tariff_name: str | None = None
    days_remaining: int = 0
    end_date: AwareDatetime | None = None
    auto_renewal: bool = False
    last_payment_status: str | None = None


class Link(Wire):
    """One server's own link. `country` is the key in countries_url.json ("finland")."""

    country: str
    server: str
    name: str
    url: str


class Links(Wire):
    """`config_url` is the subscription page's address; `config_qr_code_url` a PNG of it."""

    config_url: str
    config_qr_code_url: str
    links: list[Link]
