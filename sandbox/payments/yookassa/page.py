"""The page where the payer pays, declines or leaves; plain HTML, no JavaScript."""

from flask import Blueprint, Response, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from sandbox.payments.money import sum_text
from sandbox.payments.yookassa.errors import YooKassaError
from sandbox.payments.yookassa.objects import REASONS, Payment
from sandbox.payments.yookassa.shop import Shop


def page_routes(shop: Shop) -> Blueprint:
    routes = Blueprint("yookassa_page", __name__)
    routes.register_error_handler(YooKassaError, _no_such_payment)
    url = "/checkout/payments/v2/contract"

    @routes.get(url)
    def show() -> str:
        shop.expire()
        payment = shop.ledger.find(request.args.get("orderId", ""))
        name = "yookassa.html" if payment.status == "pending" else "yookassa_done.html"
        return render_template(name, payment=payment, sum=sum_text(payment.amount), reasons=REASONS)

    @routes.post(url)
    def decide() -> AnyResponse:
        payment = _act(shop, shop.ledger.find(request.args.get("orderId", "")))
        return redirect(payment.return_url or request.full_path)

    return routes


def _act(shop: Shop, payment: Payment) -> Payment:
    """A second press, or one too late, changes nothing."""
    action = request.form.get("action", "")
    if action == "pay":
        return shop.pay(payment.id, save_method="save" in request.form)
    if action == "decline":
        reason = request.form.get("reason", "")
        return shop.decline(payment.id, reason if reason in REASONS else "general_decline")
    return payment


def _no_such_payment(error: YooKassaError) -> Response:
    return make_response(render_template("error.html", text=error.description), error.status)
