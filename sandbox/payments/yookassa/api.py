"""YooKassa's API v3 as the official SDK calls it: exactly 200 and JSON, or an error object."""

import hmac
import json
from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, Response, request

from common.clock import Clock, Sleep
from sandbox.payments.faults import meet_faults
from sandbox.payments.switches import SwitchBoard
from sandbox.payments.yookassa.errors import YooKassaError, bad_request, error_answer
from sandbox.payments.yookassa.idempotence import IdempotentAnswers
from sandbox.payments.yookassa.lists import page_of
from sandbox.payments.yookassa.requests import NewCapture, NewPayment, NewRefund, parse_body
from sandbox.payments.yookassa.shop import Shop


def api_routes(shop: Shop, board: SwitchBoard, clock: Clock, sleep: Sleep) -> Blueprint:
    routes = Blueprint("yookassa_api", __name__, url_prefix="/v3")
    answers = IdempotentAnswers(clock)
    routes.before_request(lambda: _require_keys(shop))
    meet_faults(routes, "yookassa", board, sleep)
    routes.register_error_handler(YooKassaError, error_answer)
    _add_payments(routes, shop, answers)
    _add_refunds(routes, shop, answers)

    @routes.get("/me")
    def me() -> Response:
        return _ok(
            {
                "account_id": shop.settings.shop_id,
                "status": "enabled",
                "test": True,
                "fiscalization_enabled": True,
                "payment_methods": ["bank_card"],
            }
        )

    return routes


def _add_payments(routes: Blueprint, shop: Shop, answers: IdempotentAnswers) -> None:
    @routes.post("/payments")
    def create() -> Response:
        def act() -> Mapping[str, Any]:
            host_url = request.host_url.rstrip("/")
            return shop.create(parse_body(NewPayment, _body()), host_url).as_json()

        return _once(answers, act)

    @routes.get("/payments")
    def many() -> Response:
        shop.expire()
        return _ok(page_of(shop.ledger.payments(), request.args))

    @routes.get("/payments/<payment_id>")
    def one(payment_id: str) -> Response:
        shop.expire()
        return _ok(shop.ledger.find(payment_id).as_json())

    @routes.post("/payments/<payment_id>/capture")
    def capture(payment_id: str) -> Response:
        def act() -> Mapping[str, Any]:
            wish = parse_body(NewCapture, _body() if request.get_data() else {})
            return shop.capture(payment_id, wish.amount).as_json()

        return _once(answers, act)

    @routes.post("/payments/<payment_id>/cancel")
    def cancel(payment_id: str) -> Response:
        return _once(answers, lambda: shop.cancel(payment_id).as_json())


def _add_refunds(routes: Blueprint, shop: Shop, answers: IdempotentAnswers) -> None:
    @routes.post("/refunds")
    def refund() -> Response:
        return _once(answers, lambda: shop.refund(parse_body(NewRefund, _body())).as_json())

    @routes.get("/refunds")
    def refunds() -> Response:
        return _ok(page_of(shop.ledger.refunds(), request.args))

    @routes.get("/refunds/<refund_id>")
    def one_refund(refund_id: str) -> Response:
        return _ok(shop.ledger.find_refund(refund_id).as_json())


def _require_keys(shop: Shop) -> Response | None:
    given = request.authorization
    if given is not None and given.type == "basic":
        right_shop = hmac.compare_digest(_bytes(given.username), shop.settings.shop_id.encode())
        right_key = hmac.compare_digest(_bytes(given.password), shop.settings.secret_key.encode())
        if right_shop and right_key:
            return None
    return error_answer(YooKassaError(401, "Error in shopId or secret key", "Authorization"))


def _bytes(value: str | None) -> bytes:
    return (value or "").encode()


def _body() -> Any:
    if request.mimetype != "application/json":
        raise YooKassaError(415, "The body must be application/json")
    body = request.get_json(silent=True)
    if body is None:
        raise bad_request("The body is not JSON")
    return body


def _once(answers: IdempotentAnswers, act: Callable[[], Mapping[str, Any]]) -> Response:
    """The body is compared as JSON: another order of names is the same request."""
    body = request.get_json(silent=True)
    told = json.dumps([request.path, body], sort_keys=True).encode()
    key = request.headers.get("Idempotence-Key")
    answer = answers.once(key, told, lambda: _dump(act()))
    return Response(answer, content_type="application/json;charset=UTF-8")


def _ok(body: Mapping[str, Any]) -> Response:
    return Response(_dump(body), content_type="application/json;charset=UTF-8")


def _dump(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()
