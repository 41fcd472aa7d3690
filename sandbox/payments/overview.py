"""All payments of both doubles as one list, for the control API."""

from typing import Any

from sandbox.payments.money import sum_text
from sandbox.payments.yookassa.objects import Payment, moment
from sandbox.payments.yookassa.shop import Shop
from sandbox.payments.yoomoney.transfers import Operation, TransferRequest
from sandbox.payments.yoomoney.wallet import Wallet


def all_payments(shop: Shop, wallet: Wallet, host_url: str) -> list[dict[str, Any]]:
    """Newest first. A form that was never paid is `pending`."""
    kassa = [_of_kassa(payment) for payment in shop.ledger.payments()]
    begun = [_of_form(form, wallet, host_url) for form in wallet.transfers.requests()]
    by_form = {form.operation_id for form in wallet.transfers.requests()}
    bare = [it for it in wallet.transfers.operations() if it.operation_id not in by_form]
    listed = kassa + begun + [_of_operation(it) for it in bare]
    return sorted(listed, key=lambda it: str(it["created_at"]), reverse=True)


def _of_kassa(payment: Payment) -> dict[str, Any]:
    return {
        "provider": "yookassa",
        "id": payment.id,
        "order": payment.metadata.get("order_id", ""),
        "status": payment.status,
        "sum": sum_text(payment.amount),
        "refunded": sum_text(payment.refunded),
        "reason": payment.reason,
        "created_at": moment(payment.created_at),
        "pay_url": payment.confirmation_url if payment.status == "pending" else "",
    }


def _of_form(form: TransferRequest, wallet: Wallet, host_url: str) -> dict[str, Any]:
    operation = wallet.transfers.operation(form.operation_id)
    if operation is not None:
        return _of_operation(operation)
    return {
        "provider": "yoomoney",
        "id": form.request_id,
        "order": form.label,
        "status": "pending",
        "sum": sum_text(form.asked),
        "created_at": moment(form.at),
        "pay_url": f"{host_url}/transfer/quickpay?requestId={form.request_id}",
    }


def _of_operation(operation: Operation) -> dict[str, Any]:
    return {
        "provider": "yoomoney",
        "id": operation.operation_id,
        "order": operation.label,
        "status": "unaccepted" if operation.unaccepted else "succeeded",
        "sum": sum_text(operation.withdrawn),
        "received": sum_text(operation.amount),
        "created_at": moment(operation.at),
        "pay_url": "",
    }
