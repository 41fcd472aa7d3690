"""Orders: written first, checked, found again, retried."""

from typing import Any

import pytest

from common.errors import BadRequest, Conflict, Forbidden, Invalid, NotFound, Unavailable
from models.access import Access
from models.codes import Code, OrderStatus
from models.payments import PaymentCreated
from tests.support.till import PRICE, Till


def test_an_order_leads_to_a_page_where_it_can_be_paid(till: Till) -> None:
    order = till.order()

    opened = till.payments.opened[order.payment_id]
    assert order.status == order.payment_status == OrderStatus.PENDING
    assert order.confirmation_url == f"https://pay.test/pay/{order.payment_id}"
    assert (opened.amount_kopecks, opened.description) == (PRICE, "Keyland: 1 месяц")
    assert till.bot.payment(order.payment_id).amount_kopecks == PRICE


def test_with_no_provider_the_order_stays_and_can_be_retried(till: Till) -> None:
    till.payments.away = True
    with pytest.raises(Unavailable) as caught:
        till.order()
    order_id = caught.value.details["payment_id"]
    kept = till.status(order_id)
    till.payments.away = False

    retried = till.operator.post(f"/api/v1/payments/{order_id}/retry", None, PaymentCreated)

    assert (kept, retried.status) == (OrderStatus.CREATED, OrderStatus.PENDING)
    assert caught.value.code == Code.NO_PROVIDER


def test_payments_webhook_being_down_loses_no_order(till: Till) -> None:
    till.payments.wire.lost = True
    with pytest.raises(Unavailable) as caught:
        till.order(request_key="press-1")
    till.payments.wire.lost = False

    again = till.order(request_key="press-1")

    assert again.payment_id == caught.value.details["payment_id"]
    assert list(till.payments.opened) == [again.payment_id]


def test_a_repeated_press_gives_the_same_open_order(till: Till) -> None:
    first = till.order(request_key="press-1")

    assert till.order(request_key="press-1").payment_id == first.payment_id
    assert till.order(request_key="press-2").payment_id != first.payment_id
    assert till.order().payment_id != first.payment_id


def test_a_press_after_payment_expiry_or_another_tariff_makes_a_new_order(till: Till) -> None:
    paid = till.order(request_key="press-1")
    till.pay(paid.payment_id)
    after_payment = till.order(request_key="press-1")
    till.clock.advance(hours=2)
    after_expiry = till.order(request_key="press-1")
    other_tariff = till.order("m3", request_key="press-1")

    ids = {order.payment_id for order in (paid, after_payment, after_expiry, other_tariff)}
    assert len(ids) == 4


AGREEING: list[dict[str, Any]] = [
    {"amount": "199.00"}, {"amount": 199}, {"amount": 199.0}, {"currency": "RUB"},
    {"tariff_name": "monthly_pro"}, {"tariff_name": "1 месяц"}, {"payment_method": "card"},
    {"telegram_username": "@Anna"}, {"description": "anything"},
]  # fmt: skip
DISAGREEING: list[dict[str, Any]] = [
    {"amount": "1.00"}, {"amount": 198.99}, {"amount": "free"}, {"amount": "NaN"},
    {"amount": "9e999999"},
    {"currency": "USD"}, {"tariff_name": "yearly_pro"}, {"payment_method": "gold"},
    {"telegram_username": "boris"}, {"tariff_id": "m99"}, {"description": "x" * 129},
]  # fmt: skip


def test_optional_fields_that_agree_are_accepted(till: Till) -> None:
    assert {till.order(**given).status for given in AGREEING} == {OrderStatus.PENDING}


def test_optional_fields_that_disagree_are_refused(till: Till) -> None:
    for given in DISAGREEING:
        body = {"user_id": till.user_id, "tariff_id": "m1", **given}
        with pytest.raises(Invalid):
            till.operator.post("/api/v1/payments/create", body, PaymentCreated)

    assert till.deps.db["orders"].count_documents({}) == 0


def test_a_missing_field_an_unknown_user_and_a_banned_one_are_told_apart(till: Till) -> None:
    with pytest.raises(BadRequest):
        till.operator.post("/api/v1/payments/create", {"tariff_id": "m1"}, PaymentCreated)
    with pytest.raises(NotFound) as unknown:
        till.order(user_id=12345)
    till.deps.users.set(till.user_id, {"banned": True})
    with pytest.raises(Forbidden):
        till.order()

    assert unknown.value.code == Code.NO_SUCH_USER


def test_a_paid_order_cannot_be_retried_and_an_unknown_one_not_found(till: Till) -> None:
    order = till.order()
    till.pay(order.payment_id)

    with pytest.raises(Conflict) as paid:
        till.operator.post(f"/api/v1/payments/{order.payment_id}/retry", None, PaymentCreated)
    with pytest.raises(NotFound):
        till.bot.payment("nothing-like-it")

    assert paid.value.code == Code.ORDER_NOT_PAYABLE


def test_nobody_but_payments_webhook_confirms(till: Till) -> None:
    with pytest.raises(Forbidden):
        till.client("tg_bot", till.settings.caller_keys["tg_bot"][0]).post(
            "/api/v1/payments/confirm", {}, Access
        )
