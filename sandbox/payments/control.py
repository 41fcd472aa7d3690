"""The control API of the doubles, for the demo, the tests and a curious person with curl.

JSON in and out; bodies must be `application/json`. `order` is the shop's own order id (YooKassa's
`metadata.order_id`, YooMoney's `label`) or a payment's id. Bad input: 400 or 404 `{"error": "…"}`.
Calls that send events return when each has had its first try, so `deliveries` tells its answer.

  GET    /sandbox/api/switches   → {"switches": {…}, "faults": […]}
  POST   /sandbox/api/switches   {name: value, …}, see switches.Switches → as GET
  DELETE /sandbox/api/switches   back to what the process was started with, faults gone → as GET
  POST   /sandbox/api/faults     {"provider", "mode": "500|502|429|202|hang", "calls", "processed",
                                 "seconds", "method"}: what the next calls of an API meet → as GET
  GET    /sandbox/api/payments   → {"payments": [{"provider", "id", "order", "status", "sum", …}]},
                                 newest first; YooMoney: submitted forms, and money without a form
  GET    /sandbox/api/deliveries [?order=] → {"deliveries": [{"number", "event", "kind", "attempt",
                                 "status" (0 = no answer, -1 = dropped), "answer", "body", …}]},
                                 oldest first; kind: honest, resent, stale, test, or the forgery's
  POST   /sandbox/api/resend     {"order"?, "event"?, "times"=1, "parallel"=false}: the last
                                 honest event again → {"sent": n}
  POST   /sandbox/api/forge      {"order", "kind", "sum"?, "times"=1, "parallel"=false}
                                 → {"sent": n}; kinds of YooKassa: unpaid, foreign_id (the order
                                 must have a payment), of YooMoney: bad_sign, unsigned, tampered
  POST   /sandbox/api/underpay   {"order", "sum", "provider"?}: a true, rightly told payment of
                                 another sum for this order → {"id"}
  POST   /sandbox/api/refund     {"order", "sum"?}: as from YooKassa's cabinet → {"id"}
  POST   /sandbox/api/test-notification  the test button of the wallet's settings → {"sent": 1}
"""

from dataclasses import asdict
from typing import Any, Literal

from flask import Blueprint, Response, jsonify, request
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sandbox.payments.delivery import Courier
from sandbox.payments.journal import Journal
from sandbox.payments.money import parse_sum, sum_text
from sandbox.payments.overview import all_payments
from sandbox.payments.switches import ApiFault, Provider, SwitchBoard
from sandbox.payments.yookassa.errors import YooKassaError
from sandbox.payments.yookassa.objects import Payment
from sandbox.payments.yookassa.requests import NewRefund
from sandbox.payments.yookassa.shop import Shop
from sandbox.payments.yoomoney.wallet import Wallet


class ControlError(Exception):
    """Answered with 404: the order asked for is not known."""


class _Wish(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Resend(_Wish):
    order: str = ""
    event: str = ""
    times: int = Field(default=1, ge=1, le=1000)
    parallel: bool = False


class Forge(_Wish):
    order: str = Field(min_length=1)
    kind: Literal["unpaid", "foreign_id", "bad_sign", "unsigned", "tampered"]
    sum: str = ""
    times: int = Field(default=1, ge=1, le=1000)
    parallel: bool = False


class Underpay(_Wish):
    order: str = Field(min_length=1)
    sum: str
    provider: Provider | None = None


class RefundWish(_Wish):
    order: str = Field(min_length=1)
    sum: str = ""


def control_routes(
    shop: Shop, wallet: Wallet, board: SwitchBoard, journal: Journal, courier: Courier
) -> Blueprint:
    routes = Blueprint("control", __name__, url_prefix="/sandbox/api")
    routes.register_error_handler(ValidationError, lambda error: _refusal(str(error), 400))
    routes.register_error_handler(ValueError, lambda error: _refusal(str(error), 400))
    routes.register_error_handler(ControlError, lambda error: _refusal(str(error), 404))
    routes.register_error_handler(YooKassaError, lambda it: _refusal(it.description, it.status))
    _add_switches(routes, board)
    _add_events(routes, shop, wallet, journal, courier)
    _add_money(routes, shop, wallet)
    return routes


def _add_switches(routes: Blueprint, board: SwitchBoard) -> None:
    @routes.get("/switches")
    def switches() -> Response:
        faults = [fault.model_dump() for fault in board.faults]
        return jsonify({"switches": board.values.model_dump(), "faults": faults})

    @routes.post("/switches")
    def change() -> Response:
        changes = request.get_json()
        if not isinstance(changes, dict):
            raise ValueError("an object of switches")  # noqa: TRY004  it is the caller's value
        board.change(changes)
        return switches()

    @routes.delete("/switches")
    def reset() -> Response:
        board.reset()
        return switches()

    @routes.post("/faults")
    def add_fault() -> Response:
        board.add_fault(ApiFault.model_validate(request.get_json()))
        return switches()


def _add_events(
    routes: Blueprint, shop: Shop, wallet: Wallet, journal: Journal, courier: Courier
) -> None:
    @routes.get("/deliveries")
    def deliveries() -> Response:
        shown = [asdict(it) for it in journal.deliveries(request.args.get("order", ""))]
        return jsonify({"deliveries": shown})

    @routes.post("/resend")
    def resend() -> Response:
        wish = Resend.model_validate(request.get_json())
        event = journal.last_event(wish.order, wish.event)
        if event is None:
            raise ControlError("no such event was ever sent")
        courier.repeat(event, wish.times, parallel=wish.parallel)
        return jsonify({"sent": wish.times})

    @routes.post("/forge")
    def forge() -> Response:
        wish = Forge.model_validate(request.get_json())
        if wish.kind in {"unpaid", "foreign_id"}:
            payment = _payment(shop, wish.order)
            shop.forge(payment, wish.kind, wish.times, parallel=wish.parallel)
        else:
            claimed = _claimed(wallet, wish)
            wallet.forge(wish.order, claimed, wish.kind, wish.times, parallel=wish.parallel)
        return jsonify({"sent": wish.times})

    @routes.post("/test-notification")
    def test_notification() -> Response:
        wallet.press_test_button()
        return jsonify({"sent": 1})


def _add_money(routes: Blueprint, shop: Shop, wallet: Wallet) -> None:
    @routes.get("/payments")
    def payments() -> Response:
        shop.expire()
        return jsonify({"payments": all_payments(shop, wallet, request.host_url.rstrip("/"))})

    @routes.post("/underpay")
    def underpay() -> Response:
        wish = Underpay.model_validate(request.get_json())
        kopecks = parse_sum(wish.sum)
        begun = wallet.transfers.of_label(wish.order)
        if wish.provider == "yoomoney" or (wish.provider is None and begun is not None):
            arrived = wallet.receive(wish.order, kopecks, begun.payment_type if begun else "AC")
            return jsonify({"id": arrived.operation_id})
        return jsonify({"id": shop.underpay(_payment(shop, wish.order), kopecks).id})

    @routes.post("/refund")
    def refund() -> Response:
        wish = RefundWish.model_validate(request.get_json())
        payment = _payment(shop, wish.order)
        value = wish.sum or sum_text(payment.amount - payment.refunded)
        amount = {"value": value, "currency": payment.currency}
        back = NewRefund.model_validate({"payment_id": payment.id, "amount": amount})
        return jsonify({"id": shop.refund(back).id})


def _payment(shop: Shop, order: str) -> Payment:
    payment = shop.ledger.of_order(order)
    if payment is None:
        raise ControlError("YooKassa knows no payment of this order")
    return payment


def _claimed(wallet: Wallet, wish: Forge) -> int:
    begun = wallet.transfers.of_label(wish.order)
    if wish.sum or begun is None:
        return parse_sum(wish.sum or "199.00")
    return begun.asked


def _refusal(text: str, status: int) -> tuple[dict[str, Any], int]:
    return {"error": text}, status
