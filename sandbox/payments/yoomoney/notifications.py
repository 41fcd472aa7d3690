"""Composes the wallet's form-encoded notifications, signed, mis-signed and forged."""

import secrets
from datetime import UTC, datetime
from urllib.parse import urlencode

from sandbox.payments.journal import Event
from sandbox.payments.money import sum_text
from sandbox.payments.settings import YooMoneyWallet
from sandbox.payments.switches import Switches
from sandbox.payments.yoomoney.sign import legacy_sha1, sign
from sandbox.payments.yoomoney.transfers import PAYER_WALLET, Operation

# At once, after ten minutes, after an hour; then never again.
TRIES_AT = (0.0, 600.0, 3600.0)
_CURRENCY = "643"


def parameters_of(operation: Operation) -> dict[str, str]:
    """Blank fields are sent, and signed, as blanks; `bill_id` and `operation_label` are not in the
    provider's documentation but do arrive.
    """
    by_card = operation.payment_type == "AC"
    return {
        "notification_type": "card-incoming" if by_card else "p2p-incoming",
        "bill_id": "",
        "amount": sum_text(operation.amount),
        "codepro": "false",
        "withdraw_amount": sum_text(operation.withdrawn),
        "unaccepted": "true" if operation.unaccepted else "false",
        "label": operation.label,
        "datetime": zulu(operation.at),
        "operation_label": operation.operation_label,
        "operation_id": operation.operation_id,
        "currency": _CURRENCY,
        "sender": operation.sender,
    }


def test_parameters(at: datetime) -> dict[str, str]:
    """What the test button of the wallet's settings sends: neither label nor `withdraw_amount`."""
    return {
        "notification_type": "p2p-incoming",
        "bill_id": "",
        "amount": sum_text(10_000 + secrets.randbelow(90_000)),
        "codepro": "false",
        "test_notification": "true",
        "label": "",
        "datetime": zulu(at),
        "operation_label": "",
        "operation_id": "test-notification",
        "currency": _CURRENCY,
        "sender": PAYER_WALLET,
    }


def signed(
    parameters: dict[str, str], wallet: YooMoneyWallet, switches: Switches
) -> dict[str, str]:
    secret = wallet.notification_secret
    if switches.wrong_sign:
        secret = f"not-{secret}"
    told = dict(parameters)
    if switches.legacy_sha1:
        told["sha1_hash"] = legacy_sha1(parameters, secret)
    return {**told, "sign": sign(told, secret)}


def event_of(wallet: YooMoneyWallet, parameters: dict[str, str], *, kind: str = "honest") -> Event:
    return Event(
        provider="yoomoney",
        name=parameters["notification_type"],
        subject=parameters["operation_id"],
        order=parameters["label"],
        url=wallet.notification_url,
        body=urlencode(parameters).encode(),
        content_type="application/x-www-form-urlencoded",
        tries_at=TRIES_AT if kind == "honest" else (0.0,),
        kind=kind,
    )


def zulu(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
