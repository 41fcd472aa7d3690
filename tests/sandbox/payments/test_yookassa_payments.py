"""Payments, refunds and lists through the official SDK."""

from typing import Any

import pytest
from yookassa.domain.exceptions.bad_request_error import BadRequestError
from yookassa.payment import Payment
from yookassa.refund import Refund
from yookassa.settings import Settings

from tests.sandbox.payments.browser import open_page
from tests.sandbox.payments.conftest import SHOP_ID, RunningDouble
from tests.sandbox.payments.kassa import order, pay, point_sdk_at
from tests.sandbox.payments.receiver import Receiver


@pytest.fixture(autouse=True)
def sdk(double: RunningDouble) -> None:
    point_sdk_at(double.url)


def test_a_new_payment_is_pending_and_leads_to_the_page_of_the_double(
    double: RunningDouble,
) -> None:
    payment = Payment.create(order(), "key-1")

    assert len(payment.id) == 36
    assert (payment.status, payment.paid, payment.test) == ("pending", False, True)
    assert str(payment.amount.value) == "199.00"
    assert payment.recipient.account_id == SHOP_ID
    assert payment.metadata["order_id"] == "ord-77"
    assert payment.confirmation.confirmation_url == (
        f"{double.url}/checkout/payments/v2/contract?orderId={payment.id}"
    )


def test_a_paid_payment_has_everything_but_a_link() -> None:
    created = Payment.create(order(), "key-1")

    answer = pay(created)

    assert (answer.status_code, answer.headers["Location"]) == (302, "http://127.0.0.1:9/back")
    payment = Payment.find_one(created.id)
    assert (payment.status, payment.paid, payment.refundable) == ("succeeded", True, True)
    assert payment.confirmation is None
    assert str(payment.income_amount.value) == "192.04"
    assert str(payment.refunded_amount.value) == "0.00"
    assert payment.payment_method.card.last4 == "4444"
    assert payment.captured_at == "2026-11-21T12:00:00.000Z"


def test_money_is_held_until_it_is_captured(receiver: Receiver) -> None:
    created = Payment.create(order(capture=False), "key-1")
    pay(created)
    held = Payment.find_one(created.id)
    assert (held.status, held.paid, held.expires_at) == (
        "waiting_for_capture",
        True,
        "2026-11-28T12:00:00.000Z",
    )

    taken = Payment.capture(created.id, {"amount": {"value": "150.00", "currency": "RUB"}}, "key-2")

    assert (taken.status, str(taken.amount.value)) == ("succeeded", "150.00")
    with pytest.raises(BadRequestError):
        Payment.cancel(created.id, "key-3")
    names = [it.event["event"] for it in receiver.wait_for(2)]
    assert names == ["payment.waiting_for_capture", "payment.succeeded"]


def test_held_money_can_be_given_back_and_a_pending_payment_not(receiver: Receiver) -> None:
    created = Payment.create(order(capture=False), "key-1")
    with pytest.raises(BadRequestError):
        Payment.cancel(created.id, "key-2")
    pay(created)

    canceled = Payment.cancel(created.id, "key-3")

    assert (canceled.status, canceled.paid) == ("canceled", False)
    assert canceled.cancellation_details.reason == "canceled_by_merchant"
    # the two deliveries run beside each other, so either may be first
    told = {came.event["event"] for came in receiver.wait_for(2)}
    assert told == {"payment.waiting_for_capture", "payment.canceled"}


def test_held_money_goes_back_by_itself_after_a_week(
    double: RunningDouble, receiver: Receiver
) -> None:
    created = Payment.create(order(capture=False), "key-1")
    pay(created)
    double.clock.advance(days=7)

    payment = Payment.find_one(created.id)

    assert (payment.status, payment.cancellation_details.reason) == (
        "canceled",
        "expired_on_capture",
    )
    # the two deliveries run beside each other, so either may be first
    told = {came.event["object"]["status"] for came in receiver.wait_for(2)}
    assert told == {"waiting_for_capture", "canceled"}


def test_refunds_add_up_and_never_exceed_the_payment(receiver: Receiver) -> None:
    created = Payment.create(order(), "key-1")

    def refund(value: str, key: str) -> Any:
        amount = {"value": value, "currency": "RUB"}
        return Refund.create({"payment_id": created.id, "amount": amount}, key)

    with pytest.raises(BadRequestError):
        refund("1.00", "too-early")
    pay(created)
    first = refund("99.00", "refund-1")
    assert refund("99.00", "refund-1").id == first.id
    with pytest.raises(BadRequestError) as refusal:
        refund("100.01", "refund-2")
    assert refusal.value.content["parameter"] == "amount.value"
    refund("100.00", "refund-3")

    payment = Payment.find_one(created.id)
    assert (str(payment.refunded_amount.value), payment.refundable) == ("199.00", False)
    assert Refund.find_one(first.id).payment_id == created.id
    assert len(Refund.list({"payment_id": created.id}).items) == 2
    # the deliveries run beside each other, so any may be first
    told = [came.event for came in receiver.wait_for(3)]
    refunds = [it["object"] for it in told if it["event"] == "refund.succeeded"]
    assert len(refunds) == 2
    assert first.id in {it["id"] for it in refunds}


def test_a_list_is_newest_first_in_pages_and_filtered(double: RunningDouble) -> None:
    made = []
    for number in range(5):
        made.append(Payment.create(order(), f"key-{number}").id)
        double.clock.advance(minutes=1)
    pay(Payment.find_one(made[1]))

    first = Payment.list({"limit": 3})
    rest = Payment.list({"limit": 3, "cursor": first.next_cursor})
    assert [it.id for it in first.items + rest.items] == made[::-1]
    assert rest.next_cursor is None
    assert [it.id for it in Payment.list({"status": "succeeded"}).items] == [made[1]]
    later = Payment.list({"created_at.gte": "2026-11-21T12:03:00.000Z"}).items
    assert [it.id for it in later] == [made[4], made[3]]
    for bad in [{"limit": 101}, {"cursor": "x"}, {"created_at.gte": "yesterday"}]:
        with pytest.raises(BadRequestError):
            Payment.list(bad)


def test_the_shop_can_ask_about_itself() -> None:
    me = Settings.get_account_settings()
    assert (me.account_id, me.status, me.test) == (SHOP_ID, "enabled", True)


def test_a_saved_card_is_charged_without_a_page(double: RunningDouble) -> None:
    first = Payment.create(order(save_payment_method=True), "key-1")
    pay(first)
    method = Payment.find_one(first.id).payment_method
    assert method.saved is True
    renewal = order(payment_method_id=method.id)
    del renewal["confirmation"]

    charged = Payment.create(renewal, "key-2")
    double.switch(recurring_decline="insufficient_funds")
    refused = Payment.create(renewal, "key-3")

    assert (charged.status, charged.confirmation) == ("succeeded", None)
    assert refused.status == "canceled"
    assert refused.cancellation_details.reason == "insufficient_funds"


def test_an_unticked_box_saves_no_card() -> None:
    created = Payment.create(order(save_payment_method=True), "key-1")
    open_page(created.confirmation.confirmation_url).press("pay", save=None)

    method = Payment.find_one(created.id).payment_method
    assert method.saved is False
    with pytest.raises(BadRequestError):
        Payment.create(order(payment_method_id=method.id), "key-2")
