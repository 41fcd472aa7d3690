"""The wallet's API: account-info, operation-history (net amounts only), operation-details."""

import hmac
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, jsonify, request

from common.clock import Sleep
from sandbox.payments.faults import meet_faults
from sandbox.payments.switches import SwitchBoard
from sandbox.payments.yoomoney.notifications import zulu
from sandbox.payments.yoomoney.transfers import Operation
from sandbox.payments.yoomoney.wallet import Wallet

# Unpadded times, as the yoomoney package writes them, are refused by the real one too.
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_TYPES = {"deposition", "payment"}
_LABEL_LENGTH = 64
_CARD_TITLE = "Пополнение с карты ****4444"  # noqa: RUF001  Russian, and meant
_LONGEST_PAGE = 100


class IllegalParam(Exception):
    """Answered with 200 and {"error": "illegal_param_…"}."""


def api_routes(wallet: Wallet, board: SwitchBoard, sleep: Sleep) -> Blueprint:
    routes = Blueprint("yoomoney_api", __name__, url_prefix="/api")
    routes.before_request(lambda: _require_token(wallet))
    meet_faults(routes, "yoomoney", board, sleep)
    routes.register_error_handler(IllegalParam, lambda error: jsonify({"error": str(error)}))

    @routes.post("/account-info")
    def account_info() -> Response:
        return jsonify(
            {
                "account": wallet.settings.number,
                "balance": wallet.transfers.balance() / 100,
                "currency": "643",
                "account_status": "identified",
                "account_type": "personal",
            }
        )

    @routes.post("/operation-history")
    def operation_history() -> Response:
        return jsonify(_history(wallet.transfers.operations(), request.form))

    @routes.post("/operation-details")
    def operation_details() -> Response:
        operation = wallet.transfers.operation(request.form.get("operation_id", ""))
        if operation is None:
            raise IllegalParam("illegal_param_operation_id")
        return jsonify(_details(operation))

    return routes


def _require_token(wallet: Wallet) -> Response | None:
    """A dead token is told by the header alone: the body is empty."""
    given = request.authorization
    token = given.token if given is not None and given.type == "bearer" else None
    if hmac.compare_digest((token or "").encode(), wallet.settings.token.encode()):
        return None
    refused = Response(status=401)
    refused.headers["WWW-Authenticate"] = 'Bearer error="invalid_token"'
    return refused


def _history(operations: list[Operation], form: Mapping[str, str]) -> dict[str, Any]:
    start = _number(form, "start_record", 0, 0, 10**9)
    records = _number(form, "records", 30, 1, _LONGEST_PAGE)
    wanted = list(filter(_filter(form), operations))
    show = _details if form.get("details") == "true" else _summary
    page: dict[str, Any] = {"operations": [show(it) for it in wanted[start : start + records]]}
    if start + records < len(wanted):
        page["next_record"] = str(start + records)
    return page


def _filter(form: Mapping[str, str]) -> Callable[[Operation], bool]:
    """Every transfer to a wallet is a deposition; `from` is included, `till` is not."""
    types = set(form.get("type", "").split())
    if types - _TYPES:
        raise IllegalParam("illegal_param_type")
    label = form.get("label", "")
    if len(label) > _LABEL_LENGTH:
        raise IllegalParam("illegal_param_label")
    since, till = _moment(form, "from"), _moment(form, "till")

    def is_wanted(operation: Operation) -> bool:
        return (
            (not types or "deposition" in types)
            and label in {"", operation.label}
            and (since is None or operation.at >= since)
            and (till is None or operation.at < till)
        )

    return is_wanted


def _moment(form: Mapping[str, str], name: str) -> datetime | None:
    if name not in form:
        return None
    if _RFC3339.fullmatch(form[name]) is None:
        raise IllegalParam(f"illegal_param_{name}")
    try:
        return datetime.fromisoformat(form[name])
    except ValueError:
        raise IllegalParam(f"illegal_param_{name}") from None


def _number(form: Mapping[str, str], name: str, absent: int, least: int, most: int) -> int:
    value = form.get(name, str(absent))
    if not value.isdecimal() or not least <= int(value) <= most:
        raise IllegalParam(f"illegal_param_{name}")
    return int(value)


def _summary(operation: Operation) -> dict[str, Any]:
    by_card = operation.payment_type == "AC"
    return {
        "operation_id": operation.operation_id,
        "status": "in_progress" if operation.unaccepted else "success",
        "datetime": zulu(operation.at),
        "title": _CARD_TITLE if by_card else f"Перевод от {operation.sender}",
        "pattern_id": "p2p",
        "direction": "in",
        "amount": operation.amount / 100,
        "label": operation.label,
        "type": "deposition" if by_card else "incoming-transfer",
    }


def _details(operation: Operation) -> dict[str, Any]:
    sender = {"sender": operation.sender} if operation.sender else {}
    return {**_summary(operation), **sender, "codepro": False, "message": ""}
