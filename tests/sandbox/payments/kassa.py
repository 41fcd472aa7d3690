"""The official YooKassa SDK pointed at the double, and the orders the tests place with it."""

from typing import Any

import requests
from yookassa.configuration import Configuration

from tests.sandbox.payments.browser import open_page
from tests.sandbox.payments.conftest import SECRET_KEY, SHOP_ID


def point_sdk_at(url: str, secret_key: str = SECRET_KEY) -> None:
    Configuration.configure(SHOP_ID, secret_key, api_url=f"{url}/v3")


def order(value: str = "199.00", **more: Any) -> dict[str, Any]:
    wish = {
        "amount": {"value": value, "currency": "RUB"},
        "capture": True,
        "description": "VPN",
        "confirmation": {"type": "redirect", "return_url": "http://127.0.0.1:9/back"},
        "metadata": {"order_id": "ord-77"},
    }
    return {**wish, **more}


def pay(payment: Any) -> requests.Response:
    return open_page(payment.confirmation.confirmation_url).press("pay")


def post_payment(url: str, wish: dict[str, Any], **headers: str | bytes) -> requests.Response:
    """A create call without the SDK, which would hide the bytes and fill in a key."""
    return requests.post(
        f"{url}/v3/payments",
        json=wish,
        auth=(SHOP_ID, SECRET_KEY),
        headers={name.replace("_", "-"): value for name, value in headers.items()},
        timeout=30,
    )
