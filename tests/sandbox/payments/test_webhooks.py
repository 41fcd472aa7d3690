"""How events travel: retries, copies, order, and everything that can go wrong on the way."""

import threading
import time

import pytest
from yookassa.domain.response.payment_response import PaymentResponse
from yookassa.payment import Payment

from sandbox.payments.yookassa.webhooks import TRIES_AT
from tests.sandbox.payments.conftest import RunningDouble
from tests.sandbox.payments.kassa import order, pay, point_sdk_at
from tests.sandbox.payments.receiver import Received, Receiver


@pytest.fixture(autouse=True)
def sdk(double: RunningDouble) -> None:
    point_sdk_at(double.url)


def buy(key: str = "key-1") -> str:
    payment = Payment.create(order(metadata={"order_id": key}), key)
    pay(payment)
    payment_id: str = payment.id
    return payment_id


def settled(double: RunningDouble, tries: int) -> None:
    """Until the journal has them: a try is written down after the receiver has answered."""
    deadline = time.monotonic() + 5
    while len(double.deliveries()) < tries:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_an_event_carries_the_whole_payment_as_the_api_tells_it(receiver: Receiver) -> None:
    payment_id = buy()

    [came] = receiver.wait_for(1)

    assert came.path == "/yookassa"
    assert came.headers["Content-Type"] == "application/json"
    assert set(came.event) == {"type", "event", "object"}
    assert (came.event["type"], came.event["event"]) == ("notification", "payment.succeeded")
    assert dict(PaymentResponse(came.event["object"])) == dict(Payment.find_one(payment_id))


def test_an_event_is_repeated_until_exactly_200(double: RunningDouble, receiver: Receiver) -> None:
    receiver.answers = [503, 201, 302, 404]
    buy()

    came = receiver.wait_for(5)

    assert len({it.body for it in came}) == 1
    settled(double, 5)
    assert [it["status"] for it in double.deliveries()] == [503, 201, 302, 404, 200]
    assert [it["attempt"] for it in double.deliveries()] == [1, 2, 3, 4, 5]


def test_an_event_is_given_up_after_seven_tries(double: RunningDouble, receiver: Receiver) -> None:
    receiver.answers = [500] * 20
    buy()
    # the last of the scaled intervals is 0.86 s
    receiver.wait_for(7)

    settled(double, 7)
    assert len(TRIES_AT) == 7
    assert [it["status"] for it in double.deliveries()] == [500] * 7


def test_a_shop_that_is_away_is_tried_again(double: RunningDouble, receiver: Receiver) -> None:
    receiver.close()
    buy()

    settled(double, 7)
    assert {(it["status"], it["error"]) for it in double.deliveries()} == {(0, "ConnectionError")}


def test_an_older_event_keeps_coming_after_a_newer_one(receiver: Receiver) -> None:
    receiver.answers = [503]
    payment = Payment.create(order(capture=False), "key-1")
    pay(payment)
    receiver.wait_for(1)
    Payment.capture(payment.id, {}, "key-2")

    came = receiver.wait_for(3)

    names = [it.event["event"].removeprefix("payment.") for it in came]
    assert sorted(names) == ["succeeded", "waiting_for_capture", "waiting_for_capture"]
    stale = next(it for it in came[1:] if it.event["event"] == "payment.waiting_for_capture")
    assert stale.event["object"]["status"] == "waiting_for_capture"


def test_duplicates_come_one_after_the_other(double: RunningDouble, receiver: Receiver) -> None:
    double.switch(duplicate=3)
    buy()

    came = receiver.wait_for(4)

    assert len({it.body for it in came}) == 1
    assert receiver.most_at_once == 1


def test_parallel_copies_come_at_once(double: RunningDouble, receiver: Receiver) -> None:
    arrived = threading.Barrier(4)

    def together(_: Received) -> None:
        arrived.wait(30)

    receiver.on_arrival = together
    double.switch(parallel=4)
    buy()

    receiver.wait_for(4)
    assert receiver.most_at_once == 4


def test_dropped_events_never_leave(double: RunningDouble, receiver: Receiver) -> None:
    double.switch(drop=1)
    buy("first")
    second = buy("second")

    [came] = receiver.wait_for(1)

    assert came.event["object"]["id"] == second
    assert [it["status"] for it in double.deliveries("first")] == [-1]


def test_a_delayed_event_comes_later_than_the_page_answers(
    double: RunningDouble, receiver: Receiver
) -> None:
    double.switch(delay=0.15)
    buy()

    assert receiver.received == []
    receiver.wait_for(1)


def test_canceled_may_follow_succeeded(double: RunningDouble, receiver: Receiver) -> None:
    double.switch(canceled_after_succeeded=True)
    payment_id = buy()

    first, second = receiver.wait_for(2)

    assert [first.event["event"], second.event["event"]] == [
        "payment.succeeded",
        "payment.canceled",
    ]
    assert second.event["object"]["id"] == payment_id
    assert second.event["object"]["status"] == "canceled"
    assert Payment.find_one(payment_id).status == "succeeded"


def test_an_event_may_overtake_the_answer_that_tells_its_id(
    double: RunningDouble, receiver: Receiver
) -> None:
    seen: list[tuple[str, str]] = []

    def look(came: Received) -> None:
        payment_id = came.event["object"]["id"]
        seen.append((payment_id, Payment.find_one(payment_id).status))

    receiver.on_arrival = look
    double.switch(before_answer=True)

    created = Payment.create(order(), "key-1")

    assert seen == [(created.id, "succeeded")]
    assert created.status == "pending"


def test_the_event_may_come_before_the_payer_is_back(
    double: RunningDouble, receiver: Receiver
) -> None:
    double.switch(redirect_first=False)
    payment = Payment.create(order(), "key-1")

    pay(payment)

    assert len(receiver.received) == 1


def test_a_forged_sender_address_is_sent_along(double: RunningDouble, receiver: Receiver) -> None:
    double.switch(forwarded_for="185.71.76.5, 203.0.113.9")
    buy()

    [came] = receiver.wait_for(1)
    assert came.headers["X-Forwarded-For"] == "185.71.76.5, 203.0.113.9"
