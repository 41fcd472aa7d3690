"""C's optional fields of a new payment: each that is given must agree with what we know."""

from collections.abc import Callable
from decimal import Decimal
from typing import Final

from common.errors import Invalid
from main_api.users.record import UserRecord
from models.payments import CreatePaymentRequest
from models.tariffs import Tariff

METHODS: Final = frozenset({"card", "bank_card", "wallet", "yoomoney", "yookassa"})


def check_agreement(
    request: CreatePaymentRequest, user: UserRecord, tariff: Tariff, names: Callable[[], list[str]]
) -> None:
    """Raises Invalid naming every field that disagrees; `names` are the tariff's."""
    wrong = {
        "telegram_username": _given(request.telegram_username)
        and _plain(request.telegram_username) != (user.username or "").lower(),
        "tariff_name": _given(request.tariff_name) and request.tariff_name not in names(),
        "amount": request.amount is not None and not _is_price(request.amount, tariff),
        "currency": _given(request.currency) and request.currency != tariff.currency,
        "payment_method": _given(request.payment_method) and request.payment_method not in METHODS,
    }
    fields = {name: "does not agree" for name, is_wrong in wrong.items() if is_wrong}
    if fields:
        raise Invalid("a value is not acceptable", fields=fields)


def _given(value: str | None) -> bool:
    return value is not None


def _plain(username: str | None) -> str:
    return (username or "").strip().removeprefix("@").lower()


def _is_price(amount: str | float, tariff: Tariff) -> bool:
    try:
        return Decimal(str(amount)) * 100 == tariff.price_kopecks
    except ArithmeticError:  # no number, or one beyond all bounds
        return False
