"""YooKassa's payments and refunds, and their JSON as the API and the webhooks carry it."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sandbox.payments.money import sum_text

Status = Literal["pending", "waiting_for_capture", "succeeded", "canceled"]
REASONS = (
    "3d_secure_failed",
    "call_issuer",
    "card_expired",
    "payment_method_limit_exceeded",
    "payment_method_restricted",
    "country_forbidden",
    "general_decline",
    "fraud_suspected",
    "identification_required",
    "insufficient_funds",
    "invalid_card_number",
    "invalid_csc",
    "issuer_unavailable",
    "canceled_by_merchant",
    "permission_revoked",
    "internal_timeout",
    "expired_on_confirmation",
    "expired_on_capture",
    "unsupported_mobile_operator",
    "deal_expired",
)
_FEE_PER_MILLE = 35


@dataclass(frozen=True)
class Payment:
    id: str
    account_id: str
    gateway_id: str
    amount: int
    currency: str
    created_at: datetime
    capture: bool
    description: str
    metadata: Mapping[str, str]
    return_url: str
    confirmation_url: str
    save_method: bool = False
    with_receipt: bool = False
    status: Status = "pending"
    method_id: str = ""
    method_saved: bool = False
    captured_at: datetime | None = None
    expires_at: datetime | None = None
    refunded: int = 0
    canceled_by: str = ""
    reason: str = ""

    @property
    def paid(self) -> bool:
        return self.status in {"waiting_for_capture", "succeeded"}

    @property
    def final(self) -> bool:
        return self.status in {"succeeded", "canceled"}

    def as_json(self) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "id": self.id,
            "status": self.status,
            "amount": self._money(self.amount),
            "recipient": {"account_id": self.account_id, "gateway_id": self.gateway_id},
            "created_at": moment(self.created_at),
            "test": True,
            "paid": self.paid,
            "refundable": self.status == "succeeded" and self.refunded < self.amount,
            "metadata": dict(self.metadata),
        }
        if self.description:
            shown["description"] = self.description
        if self.status == "pending" and self.confirmation_url:
            shown["confirmation"] = {
                "type": "redirect",
                "return_url": self.return_url,
                "confirmation_url": self.confirmation_url,
            }
        if self.method_id:
            shown["payment_method"] = _card(self.method_id, saved=self.method_saved)
        return {**shown, **self._money_facts(), **self._end_facts()}

    def _money_facts(self) -> dict[str, Any]:
        if not self.paid:
            return {}
        net = self.amount - self.amount * _FEE_PER_MILLE // 1000
        facts: dict[str, Any] = {"income_amount": self._money(net)}
        if self.status == "succeeded":
            facts["refunded_amount"] = self._money(self.refunded)
        return facts

    def _end_facts(self) -> dict[str, Any]:
        facts: dict[str, Any] = {}
        if self.captured_at is not None:
            facts["captured_at"] = moment(self.captured_at)
        if self.expires_at is not None and self.status == "waiting_for_capture":
            facts["expires_at"] = moment(self.expires_at)
        if self.status == "canceled":
            facts["cancellation_details"] = {"party": self.canceled_by, "reason": self.reason}
        if self.with_receipt:
            registered = {"succeeded": "succeeded", "canceled": "canceled"}
            facts["receipt_registration"] = registered.get(self.status, "pending")
        return facts

    def _money(self, kopecks: int) -> dict[str, str]:
        return {"value": sum_text(kopecks), "currency": self.currency}


@dataclass(frozen=True)
class Refund:
    id: str
    payment_id: str
    amount: int
    currency: str
    created_at: datetime
    description: str = ""

    def as_json(self) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "id": self.id,
            "payment_id": self.payment_id,
            "status": "succeeded",
            "amount": {"value": sum_text(self.amount), "currency": self.currency},
            "created_at": moment(self.created_at),
        }
        if self.description:
            shown["description"] = self.description
        return shown


def new_id(at: datetime) -> str:
    """36 characters, beginning with the time, as YooKassa's ids do."""
    seconds = int(at.timestamp()) & 0xFFFFFFFF
    return f"{seconds:08x}-000f-5{secrets.token_hex(2)[:3]}-a000-{secrets.token_hex(6)}"


def moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def _card(method_id: str, *, saved: bool) -> dict[str, Any]:
    return {
        "type": "bank_card",
        "id": method_id,
        "saved": saved,
        "status": "active" if saved else "inactive",
        "title": "Bank card *4444",
        "card": {
            "first6": "555555",
            "last4": "4444",
            "expiry_month": "12",
            "expiry_year": "2030",
            "card_type": "MasterCard",
            "issuer_country": "RU",
        },
    }
