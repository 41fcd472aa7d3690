"""The address a shop's quickpay form is sent to."""

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from sandbox.payments.money import parse_sum
from sandbox.payments.yoomoney.transfers import PaymentType, TransferRequest
from sandbox.payments.yoomoney.wallet import Wallet

_LABEL_LENGTH = 64


def quickpay_routes(wallet: Wallet) -> Blueprint:
    routes = Blueprint("yoomoney_quickpay", __name__)

    @routes.route("/quickpay/confirm", methods=["GET", "POST"])
    @routes.route("/quickpay/confirm.xml", methods=["GET", "POST"])
    def confirm() -> AnyResponse:
        try:
            begun = _begin(wallet, request.values.to_dict())
        except ValueError as trouble:
            return make_response(render_template("error.html", text=str(trouble)), 400)
        return redirect(url_for("yoomoney_page.show", requestId=begun.request_id))

    return routes


def _begin(wallet: Wallet, form: dict[str, str]) -> TransferRequest:
    """Raises ValueError for a form the provider would not take."""
    if form.get("receiver") != wallet.settings.number:
        raise ValueError("receiver: no such wallet")
    if form.get("quickpay-form") not in {"button", "shop", "small", "donate"}:
        raise ValueError("quickpay-form: must be button")
    if len(form.get("label", "")) > _LABEL_LENGTH:
        raise ValueError("label: longer than 64 characters")
    return wallet.transfers.begin(
        label=form.get("label", ""),
        asked=parse_sum(form.get("sum", "")),
        payment_type=_payment_type(form.get("paymentType")),
        success_url=_web_address(form.get("successURL", "")),
    )


def _payment_type(value: str | None) -> PaymentType:
    if value == "PC":
        return "PC"
    if value == "AC":
        return "AC"
    raise ValueError("paymentType: PC or AC")


def _web_address(url: str) -> str:
    if url and not url.startswith(("http://", "https://", "tg://")):
        raise ValueError("successURL: not a web address")
    return url
