"""What an admin sees and does: a user's card, acts on a user, the shop's numbers."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, model_validator

from models.access import OrderId
from models.codes import Audience, OrderStatus, ProviderName
from models.payments import Kopecks
from models.referrals import Referrals
from models.servers import ServerState
from models.traffic import Usage
from models.users import Language, TgId, User, UserId, Wire

Detail = Annotated[str, Field(pattern=r"^[A-Za-z0-9_]{1,40}$")]
Text = Annotated[str, Field(max_length=1024)]
Number = Annotated[int, Field(ge=-(2**53), lt=2**53)]


class Act(Wire):
    """By whom (his Telegram id), and the key by which a repeated press is recognised."""

    admin_id: TgId
    key: OrderId


class AddTime(Act):
    """Months by the calendar, and never less than 30 days each; negative numbers take time back.

    Over the longest access that may be given: 422 `access_too_long` with `max_days` in its details.
    With `seen_revision`, that of the user as the admin saw him: 409 `card_stale`, when the access
    has changed since.
    """

    months: Annotated[int, Field(ge=-120, le=120)] = 0
    days: Annotated[int, Field(ge=-3660, le=3660)] = 0
    seen_revision: Annotated[int, Field(ge=0, lt=2**53)] | None = None

    @model_validator(mode="after")
    def _not_nothing(self) -> "AddTime":
        if not self.months and not self.days:
            raise ValueError("months or days must be given")
        return self


class Ban(Act):
    """Banned: removed from every server, the end of access stays; un-banned: back on them."""

    banned: bool


class Noted(Act):
    """An act that main_api does not do itself (a message, a broadcast), for the audit log."""

    action: Annotated[str, Field(pattern=r"^[a-z_]{1,40}$")]
    details: Annotated[dict[Detail, Text | Number], Field(max_length=20)] = {}


class ActDone(Wire):
    """The user afterwards; `before` and `after` are ends of access. The same key again: `repeated`,
    nothing was done, and `before` is null.
    """

    user: User
    before: AwareDatetime | None
    after: AwareDatetime | None
    repeated: bool = False


class AuditLine(Wire):
    """`admin_id` is null for what was done by a service or a minted token (`caller`)."""

    at: AwareDatetime
    action: str
    caller: str
    admin_id: int | None
    before: dict[str, str | int | bool | None]
    after: dict[str, str | int | bool | None]
    done: bool


class AuditLines(Wire):
    """Newest first."""

    lines: list[AuditLine]


class ServerPresence(Wire):
    """`state`: present (has the newest revision), pending (is still to be told), absent (the user
    has no access, so he should not be there).
    """

    country: str
    address: str
    reachable: bool
    state: Literal["present", "pending", "absent"]


class UserCard(Wire):
    """`traffic` is null while nothing of his has been counted and his tariff limits nothing."""

    user: User
    presence: list[ServerPresence]
    payments: int
    paid_kopecks: Kopecks
    last_paid_at: AwareDatetime | None
    invited_by: UserId | None
    referrals: Referrals
    traffic: Usage | None = None


class AdminPayment(Wire):
    order_id: OrderId
    tariff_id: str
    amount_kopecks: Kopecks
    currency: str
    status: OrderStatus
    provider: ProviderName | None
    created_at: AwareDatetime
    paid_at: AwareDatetime | None


class AdminPayments(Wire):
    """Newest first."""

    payments: list[AdminPayment]


class DayOfSales(Wire):
    """One day of the shop's time zone; `kopecks` is what came in less what was refunded."""

    day: date
    kopecks: int
    payments: int
    new_users: int


class Statistics(Wire):
    """`active` have access now, of them `trials` live on the trial and `paying` on money (who was
    only given time is neither). `paid_ever` are those of `took_trial` who have paid: their share is
    the conversion. The sums are of today, of the last 7 and of the last 30 days, today among them;
    `days` are the last 31, oldest first.
    """

    at: AwareDatetime
    users: int
    active: int
    trials: int
    paying: int
    blocked: int
    banned: int
    took_trial: int
    paid_ever: int
    expiring_in_day: int
    expiring_in_three_days: int
    revenue_today_kopecks: int
    revenue_week_kopecks: int
    revenue_month_kopecks: int
    days: list[DayOfSales]
    servers: list[ServerState]


class AudienceCount(Wire):
    audience: Audience
    language: Language | None
    people: int


class AudienceCounts(Wire):
    """Each audience in all languages (`language` null) and in each."""

    counts: list[AudienceCount]


class Recipient(Wire):
    telegram_id: TgId
    language: Language


class AudiencePage(Wire):
    """In the order of user ids; `after` is what to ask the next page with, null at the end."""

    recipients: list[Recipient]
    after: int | None
