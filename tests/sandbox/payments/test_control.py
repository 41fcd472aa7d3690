"""The control API: repeats, forgeries, other sums, refunds, and the books of both doubles."""

import threading
from typing import Any

import pytest
import requests
from yookassa.domain.exceptions.not_found_error import NotFoundError
from yookassa.payment import Payment

from tests.sandbox.payments.browser import submit
from tests.sandbox.payments.conftest import SECRET_WORD, RunningDouble
from tests.sandbox.payments.kassa import order, pay, point_sdk_at
from tests.sandbox.payments.receiver import Received, Receiver
from tests.sandbox.payments.shop_form import quickpay_form
from tests.sandbox.payments.sign_check import is_signed


@pytest.fixture(autouse=True)
def sdk(double: RunningDouble) -> None:
    point_sdk_at(double.url)


def transfer(double: RunningDouble) -> None:
    submit(f"{double.url}/quickpay/confirm", quickpay_form()).press("pay")


def refusal(double: RunningDouble, path: str, body: Any) -> int:
    answer = requests.post(f"{double.url}/sandbox/api/{path}", json=body, timeout=30)
    assert answer.json()["error"]
    return answer.status_code


def test_the_last_event_can_be_sent_again_in_turn_and_at_once(
    double: RunningDouble, receiver: Receiver
) -> None:
    transfer(double)
    receiver.wait_for(1)

    assert double.control("resend", {"order": "ord-77", "times": 5}) == {"sent": 5}
    assert receiver.most_at_once == 1
    double.control("resend", {"times": 3, "parallel": True})

    assert len({it.body for it in receiver.received}) == 1
    told = [(it["kind"], it["status"]) for it in double.deliveries("ord-77")]
    assert sorted(told) == [("honest", 200), *[("resent", 200)] * 8]  # noted as they are answered


def test_repeats_in_parallel_come_at_once(double: RunningDouble, receiver: Receiver) -> None:
    transfer(double)
    receiver.wait_for(1)
    arrived = threading.Barrier(3)

    def together(_: Received) -> None:
        arrived.wait(30)

    receiver.on_arrival = together
    double.control("resend", {"times": 3, "parallel": True})
    assert receiver.most_at_once == 3


def test_an_event_is_chosen_by_order_and_by_name(double: RunningDouble, receiver: Receiver) -> None:
    held = Payment.create(order(capture=False), "key-1")
    pay(held)
    Payment.capture(held.id, {}, "key-2")
    transfer(double)
    receiver.wait_for(3)

    double.control("resend", {"order": held.id, "event": "payment.waiting_for_capture"})

    assert receiver.wait_for(4)[3].event["object"]["status"] == "waiting_for_capture"
    assert refusal(double, "resend", {"order": "ord-unknown"}) == 404


def test_a_forged_success_is_about_a_payment_that_is_not_paid(
    double: RunningDouble, receiver: Receiver
) -> None:
    made = Payment.create(order(), "key-1")

    double.control("forge", {"order": "ord-77", "kind": "unpaid"})

    told = receiver.wait_for(1)[0].event
    assert (told["event"], told["object"]["status"]) == ("payment.succeeded", "succeeded")
    assert told["object"]["id"] == made.id
    assert told["object"]["metadata"]["order_id"] == "ord-77"
    assert Payment.find_one(made.id).status == "pending"


def test_a_forged_success_may_name_a_payment_that_does_not_exist(
    double: RunningDouble, receiver: Receiver
) -> None:
    Payment.create(order(), "key-1")

    double.control("forge", {"order": "ord-77", "kind": "foreign_id"})

    told = receiver.wait_for(1)[0].event["object"]
    assert told["metadata"]["order_id"] == "ord-77"
    with pytest.raises(NotFoundError):
        Payment.find_one(told["id"])


@pytest.mark.parametrize("kind", ["bad_sign", "unsigned", "tampered"])
def test_a_forged_notification_claims_the_price_without_a_right_sign(
    double: RunningDouble, receiver: Receiver, kind: str
) -> None:
    submit(f"{double.url}/quickpay/confirm", quickpay_form())
    receiver.answers = [403, 403]

    double.control("forge", {"order": "ord-77", "kind": kind, "times": 2})

    came = [it.form for it in receiver.wait_for(2)]
    assert [(it["label"], it["withdraw_amount"]) for it in came] == [("ord-77", "199.00")] * 2
    assert not any(is_signed(it, SECRET_WORD) for it in came)
    assert [(it["kind"], it["status"]) for it in double.deliveries("ord-77")] == [(kind, 403)] * 2
    assert double.control("payments")["payments"][0]["status"] == "pending"


def test_a_lower_sum_is_a_true_payment_of_the_same_order(
    double: RunningDouble, receiver: Receiver
) -> None:
    submit(f"{double.url}/quickpay/confirm", quickpay_form())

    made = double.control("underpay", {"order": "ord-77", "sum": "1.00"})

    form = receiver.wait_for(1)[0].form
    assert is_signed(form, SECRET_WORD)
    assert (form["operation_id"], form["withdraw_amount"]) == (made["id"], "1.00")
    assert form["label"] == "ord-77"


def test_a_lower_sum_in_yookassa_is_what_the_api_says_too(
    double: RunningDouble, receiver: Receiver
) -> None:
    Payment.create(order(), "key-1")

    made = double.control("underpay", {"order": "ord-77", "sum": "1.00"})

    told = receiver.wait_for(1)[0].event["object"]
    truth = Payment.find_one(made["id"])
    assert told["id"] == made["id"]
    assert (truth.status, str(truth.amount.value)) == ("succeeded", "1.00")
    assert truth.metadata["order_id"] == "ord-77"


def test_a_refund_from_the_cabinet_is_told_like_any_other(
    double: RunningDouble, receiver: Receiver
) -> None:
    made = Payment.create(order(), "key-1")
    pay(made)
    receiver.wait_for(1)

    part = double.control("refund", {"order": "ord-77", "sum": "50.00"})
    told = receiver.wait_for(2)[1].event
    assert (told["event"], told["object"]["id"]) == ("refund.succeeded", part["id"])
    double.control("refund", {"order": made.id})

    assert str(Payment.find_one(made.id).refunded_amount.value) == "199.00"
    assert refusal(double, "refund", {"order": made.id}) == 400
    assert refusal(double, "refund", {"order": "ord-unknown"}) == 404


def test_the_test_button_sends_neither_label_nor_withdraw_amount(
    double: RunningDouble, receiver: Receiver
) -> None:
    double.control("test-notification", {})

    form = receiver.wait_for(1)[0].form
    assert is_signed(form, SECRET_WORD)
    assert (form["test_notification"], form["label"]) == ("true", "")
    assert form["operation_id"] == "test-notification"
    assert not {"withdraw_amount", "unaccepted"} & set(form)


def test_all_payments_of_both_providers_are_listed(double: RunningDouble) -> None:
    Payment.create(order(metadata={"order_id": "ord-1"}), "key-1")
    double.clock.advance(seconds=1)
    transfer(double)

    wallet, kassa = double.control("payments")["payments"]

    assert (kassa["provider"], kassa["order"], kassa["status"]) == ("yookassa", "ord-1", "pending")
    assert requests.get(kassa["pay_url"], timeout=30).status_code == 200
    assert (wallet["provider"], wallet["order"]) == ("yoomoney", "ord-77")
    assert (wallet["sum"], wallet["received"]) == ("199.00", "193.03")


def test_switches_are_checked_and_can_be_reset(double: RunningDouble) -> None:
    double.control("switches", {"duplicate": 2})
    double.control("faults", {"provider": "yookassa", "mode": "500", "calls": 9})
    for wrong in [{"duplicates": 1}, {"duplicate": "many"}, {"forwarded_for": "a\r\nb"}, [1]]:
        assert refusal(double, "switches", wrong) == 400
    assert double.control("switches")["switches"]["duplicate"] == 2

    after = requests.delete(f"{double.url}/sandbox/api/switches", timeout=30).json()

    assert after["switches"]["duplicate"] == 0
    assert after["faults"] == []
    assert refusal(double, "faults", {"provider": "yookassa", "mode": "404"}) == 400


def test_another_sites_page_cannot_reach_the_controls(double: RunningDouble) -> None:
    url = f"{double.url}/sandbox/api/switches"
    rebound = requests.get(url, headers={"Host": "evil.example"}, timeout=30)
    simple = requests.post(url, data='{"drop": -1}', timeout=30)

    assert rebound.status_code == 400
    assert simple.status_code == 415
    assert double.control("switches")["switches"]["drop"] == 0
