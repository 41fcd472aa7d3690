"""YooKassa's pay page, used as a browser without JavaScript uses it."""

import pytest
import requests
from yookassa.payment import Payment

from sandbox.payments.yookassa.objects import REASONS
from tests.sandbox.payments.browser import open_page
from tests.sandbox.payments.conftest import RunningDouble
from tests.sandbox.payments.kassa import order, point_sdk_at
from tests.sandbox.payments.receiver import Receiver


@pytest.fixture(autouse=True)
def sdk(double: RunningDouble) -> None:
    point_sdk_at(double.url)


def link_of(payment_id: str) -> str:
    url: str = Payment.find_one(payment_id).confirmation.confirmation_url
    return url


def test_the_page_says_what_is_bought_and_that_it_is_a_sandbox() -> None:
    page = open_page(link_of(Payment.create(order(description="VPN <b>1</b>"), "key-1").id))

    assert "199.00 ₽" in page.text
    assert "VPN &lt;b&gt;1&lt;/b&gt;" in page.text
    assert "ПЕСОЧНИЦА" in page.text
    assert "<script" not in page.text
    assert set(page.form.buttons) == {"pay", "decline", "leave"}


def test_paying_twice_is_paying_once(double: RunningDouble, receiver: Receiver) -> None:
    double.switch(redirect_first=False)
    created = Payment.create(order(), "key-1")
    page = open_page(link_of(created.id))

    first, second = page.press("pay"), page.press("pay")
    declined_too_late = page.press("decline")

    assert [it.status_code for it in (first, second, declined_too_late)] == [302, 302, 302]
    assert Payment.find_one(created.id).status == "succeeded"
    assert [it.event["event"] for it in receiver.received] == ["payment.succeeded"]
    assert 'id="state"' in open_page(page.url).text


@pytest.mark.parametrize("reason", REASONS)
def test_a_declined_payment_tells_the_reason_that_was_chosen(
    receiver: Receiver, reason: str
) -> None:
    created = Payment.create(order(), "key-1")
    page = open_page(link_of(created.id))
    assert reason in page.form.choices["reason"]

    answer = page.press("decline", reason=reason)

    assert (answer.status_code, answer.headers["Location"]) == (302, "http://127.0.0.1:9/back")
    told = receiver.wait_for(1)[0].event
    assert told["event"] == "payment.canceled"
    assert told["object"]["cancellation_details"]["reason"] == reason
    assert told["object"]["paid"] is False
    assert "confirmation" not in told["object"]


def test_leaving_changes_nothing(receiver: Receiver) -> None:
    created = Payment.create(order(), "key-1")

    answer = open_page(link_of(created.id)).press("leave")

    assert (answer.status_code, answer.headers["Location"]) == (302, "http://127.0.0.1:9/back")
    assert Payment.find_one(created.id).status == "pending"
    assert receiver.received == []


def test_a_link_dies_after_an_hour(double: RunningDouble, receiver: Receiver) -> None:
    created = Payment.create(order(), "key-1")
    page = open_page(link_of(created.id))
    double.clock.advance(hours=1)

    page.press("pay")

    assert Payment.find_one(created.id).cancellation_details.reason == "expired_on_confirmation"
    assert [it.event["event"] for it in receiver.wait_for(1)] == ["payment.canceled"]


def test_an_unknown_payment_has_no_page(double: RunningDouble) -> None:
    url = f"{double.url}/checkout/payments/v2/contract?orderId=x"
    assert open_page(url).status == 404
    assert requests.post(url, data={"action": "pay"}, timeout=30).status_code == 404
