"""The payer's page: he may change the sum and choose wallet or card, then pays or leaves."""

from flask import Blueprint, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from sandbox.payments.money import parse_sum, sum_text
from sandbox.payments.yoomoney.transfers import PaymentType, TransferRequest
from sandbox.payments.yoomoney.wallet import Wallet


def page_routes(wallet: Wallet) -> Blueprint:
    routes = Blueprint("yoomoney_page", __name__)

    @routes.get("/transfer/quickpay")
    def show() -> AnyResponse:
        begun = wallet.transfers.find(request.args.get("requestId", ""))
        if begun is None:
            return make_response(render_template("error.html", text="requestId: unknown"), 404)
        return _form(wallet, begun)

    @routes.post("/transfer/quickpay")
    def decide() -> AnyResponse:
        begun = wallet.transfers.find(request.args.get("requestId", ""))
        if begun is None:
            return make_response(render_template("error.html", text="requestId: unknown"), 404)
        if request.form.get("action") == "pay":
            payment_type: PaymentType = "PC" if request.form.get("paymentType") == "PC" else "AC"
            try:
                withdrawn = parse_sum(request.form.get("sum", ""))
            except ValueError:
                return _form(wallet, begun, wrong_sum=request.form.get("sum", ""))
            wallet.pay(begun.request_id, withdrawn, payment_type)
        return redirect(begun.success_url or request.full_path)

    return routes


def _form(wallet: Wallet, begun: TransferRequest, wrong_sum: str | None = None) -> AnyResponse:
    paid = wallet.transfers.operation(begun.operation_id)
    if paid is not None:
        done = render_template("yoomoney_done.html", begun=begun, sum=sum_text(paid.withdrawn))
        return make_response(done)
    page = render_template(
        "yoomoney.html",
        begun=begun,
        receiver=wallet.settings.number,
        sum=sum_text(begun.asked) if wrong_sum is None else wrong_sum,
        wrong=wrong_sum is not None,
    )
    return make_response(page, 200 if wrong_sum is None else 400)
