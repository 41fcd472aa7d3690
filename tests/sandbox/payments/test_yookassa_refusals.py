"""What YooKassa refuses, and an API that fails."""

import base64
import uuid
from typing import Any

import pytest
import requests
from yookassa.domain.exceptions.bad_request_error import BadRequestError
from yookassa.domain.exceptions.not_found_error import NotFoundError
from yookassa.domain.exceptions.unauthorized_error import UnauthorizedError
from yookassa.payment import Payment

from tests.sandbox.payments.conftest import SECRET_KEY, SHOP_ID, RunningDouble
from tests.sandbox.payments.kassa import order, point_sdk_at, post_payment


@pytest.fixture(autouse=True)
def sdk(double: RunningDouble) -> None:
    point_sdk_at(double.url)


@pytest.mark.parametrize(
    ("change", "parameter"),
    [
        ({"amount": {"value": "0.00", "currency": "RUB"}}, "amount.value"),
        ({"amount": {"value": 199, "currency": "RUB"}}, "amount.value"),
        ({"amount": {"value": "199.00", "currency": "XTR"}}, "amount.currency"),
        ({"description": "d" * 129}, "description"),
        ({"metadata": {str(n): "x" for n in range(17)}}, "metadata"),
        ({"metadata": {"n": 5}}, "metadata.n"),
        ({"metadata": {"n": "x" * 513}}, "metadata.n"),
        ({"confirmation": {"type": "redirect"}}, "confirmation.return_url"),
    ],
)
def test_a_wrong_field_is_named(
    double: RunningDouble, change: dict[str, Any], parameter: str
) -> None:
    answer = post_payment(double.url, {**order(), **change}, Idempotence_Key="key-1")

    assert answer.status_code == 400
    assert answer.json()["code"] == "invalid_request"
    assert answer.json()["parameter"] == parameter
    assert Payment.list().items == []


def test_wrong_keys_are_told_in_json(double: RunningDouble) -> None:
    point_sdk_at(double.url, "wrong")
    with pytest.raises(UnauthorizedError) as refusal:
        Payment.find_one(str(uuid.uuid4()))
    assert refusal.value.content["code"] == "invalid_credentials"

    right = base64.b64encode(f"{SHOP_ID}:{SECRET_KEY}".encode()).decode()
    for authorization in ["Bearer x", "Basic !!!", f"Bearer {right}", ""]:
        headers = {"Authorization": authorization} if authorization else {}
        answer = requests.get(f"{double.url}/v3/me", headers=headers, timeout=30)
        assert (answer.status_code, answer.json()["type"]) == (401, "error")


def test_an_unknown_payment_is_404() -> None:
    with pytest.raises(NotFoundError) as refusal:
        Payment.find_one(str(uuid.uuid4()))
    assert refusal.value.content["code"] == "not_found"


def test_a_receipt_must_add_up_and_name_a_customer() -> None:
    item = {
        "description": "VPN",
        "quantity": 1,
        "amount": {"value": "199.00", "currency": "RUB"},
        "vat_code": 1,
    }
    receipt = {"customer": {"email": "a@example.org"}, "items": [item]}

    assert Payment.create(order(receipt=receipt), "key-1").receipt_registration == "pending"
    with pytest.raises(BadRequestError):
        Payment.create(order("200.00", receipt=receipt), "key-2")


@pytest.mark.parametrize(
    ("mode", "status", "kind"),
    [("500", 500, "error"), ("429", 429, "error"), ("202", 202, "processing")],
)
def test_the_api_fails_for_as_many_calls_as_told(
    double: RunningDouble, mode: str, status: int, kind: str
) -> None:
    double.control("faults", {"provider": "yookassa", "mode": mode, "calls": 2})

    def call() -> requests.Response:
        return requests.get(f"{double.url}/v3/me", auth=(SHOP_ID, SECRET_KEY), timeout=30)

    answers = [call(), call(), call()]
    assert [it.status_code for it in answers] == [status, status, 200]
    assert answers[0].json()["type"] == kind


def test_a_hanging_call_is_held_and_then_answered(double: RunningDouble) -> None:
    double.control("faults", {"provider": "yookassa", "mode": "hang", "seconds": 25})

    assert Payment.create(order(), "key-1").status == "pending"
    assert double.slept == [25]
