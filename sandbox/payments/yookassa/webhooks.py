"""Composes YooKassa's unsigned JSON events: honest, stale and forged ones."""

import json
from collections.abc import Mapping
from typing import Any

from sandbox.payments.journal import Event
from sandbox.payments.settings import YooKassaShop

# Seven tries in 24 hours, counted from the payment. The published list begins with 10;
# live events come within seconds, so the first try here leaves at once.
TRIES_AT = (0.0, 42.0, 84.0, 168.0, 672.0, 5376.0, 86016.0)


def event_of(
    shop: YooKassaShop, name: str, about: Mapping[str, Any], order: str, *, kind: str = "honest"
) -> Event:
    """An event with its object as it is now; a forger and a stale copy do not try again."""
    body = {"type": "notification", "event": name, "object": about}
    return Event(
        provider="yookassa",
        name=name,
        subject=str(about["id"]),
        order=order,
        url=shop.webhook_url,
        body=json.dumps(body, ensure_ascii=False).encode(),
        content_type="application/json",
        tries_at=TRIES_AT if kind == "honest" else (0.0,),
        kind=kind,
    )


def as_canceled(payment: Mapping[str, Any]) -> dict[str, Any]:
    """A stale picture of a payment that has succeeded since."""
    details = {"party": "payment_network", "reason": "general_decline"}
    gone = {"captured_at", "income_amount", "refunded_amount"}
    kept = {name: value for name, value in payment.items() if name not in gone}
    stale = {"status": "canceled", "paid": False, "refundable": False}
    return {**kept, **stale, "cancellation_details": details}


def as_succeeded(payment: Mapping[str, Any], at: str) -> dict[str, Any]:
    """What a forger claims about a payment: everything public, and a success that never was."""
    kept = {name: value for name, value in payment.items() if name != "confirmation"}
    claim = {"status": "succeeded", "paid": True, "refundable": True, "captured_at": at}
    return {**kept, **claim}
