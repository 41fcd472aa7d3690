"""YooKassa's Idempotence-Key."""

import uuid

import pytest
import requests
from yookassa.domain.exceptions.bad_request_error import BadRequestError
from yookassa.payment import Payment

from tests.sandbox.payments.conftest import RunningDouble
from tests.sandbox.payments.kassa import order, pay, point_sdk_at, post_payment


@pytest.fixture(autouse=True)
def sdk(double: RunningDouble) -> None:
    point_sdk_at(double.url)


def test_the_same_key_and_body_give_the_same_bytes_and_one_payment(double: RunningDouble) -> None:
    def create() -> requests.Response:
        return post_payment(double.url, order(), Idempotence_Key="key-1")

    first = create()
    pay(Payment.find_one(first.json()["id"]))
    second = create()

    assert first.content == second.content
    assert len(Payment.list().items) == 1


def test_the_same_key_with_another_body_is_refused() -> None:
    Payment.create(order(), "key-1")

    with pytest.raises(BadRequestError) as refusal:
        Payment.create(order("200.00"), "key-1")

    assert refusal.value.content["description"] == "Duplicate idempotence key"


def test_a_key_is_forgotten_after_a_day(double: RunningDouble) -> None:
    first = Payment.create(order(), "key-1")
    double.clock.advance(hours=24)

    assert Payment.create(order("200.00"), "key-1").id != first.id


def test_a_refused_request_does_not_use_its_key_up() -> None:
    with pytest.raises(BadRequestError):
        Payment.create(order(payment_method_id=str(uuid.uuid4())), "key-1")

    assert Payment.create(order(), "key-1").status == "pending"


@pytest.mark.parametrize("key", [None, "", "k" * 65, "ключ", "a b"])
def test_a_missing_or_bad_key_is_refused(double: RunningDouble, key: str | None) -> None:
    headers = {} if key is None else {"Idempotence_Key": key.encode()}
    answer = post_payment(double.url, order(), **headers)

    assert answer.status_code == 400
    assert answer.json()["parameter"] == "Idempotence-Key"


def test_a_lost_answer_leaves_a_payment_that_the_same_key_finds_again(
    double: RunningDouble,
) -> None:
    fault = {"provider": "yookassa", "mode": "502", "processed": True, "method": "POST"}
    double.control("faults", fault)

    with pytest.raises(requests.exceptions.JSONDecodeError):
        Payment.create(order(), "key-1")

    [made] = Payment.list().items
    assert Payment.create(order(), "key-1").id == made.id
