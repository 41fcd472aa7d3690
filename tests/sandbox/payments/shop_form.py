"""The form a shop's page sends to YooMoney."""

from tests.sandbox.payments.conftest import WALLET


def quickpay_form(**changed: str) -> dict[str, str]:
    form = {
        "receiver": WALLET,
        "quickpay_form": "button",
        "paymentType": "AC",
        "sum": "199.00",
        "label": "ord-77",
        "successURL": "http://127.0.0.1:9/back",
        **changed,
    }
    form["quickpay-form"] = form.pop("quickpay_form")
    return form
