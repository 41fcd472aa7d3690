"""Both doubles when several people act at the same moment."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import requests

from tests.sandbox.payments.browser import open_page, submit
from tests.sandbox.payments.conftest import SECRET_KEY, SHOP_ID, RunningDouble
from tests.sandbox.payments.kassa import order, post_payment
from tests.sandbox.payments.receiver import Receiver
from tests.sandbox.payments.shop_form import quickpay_form

MANY = 8


def at_once(act: Callable[[], requests.Response]) -> list[requests.Response]:
    together = threading.Barrier(MANY)

    def one(_: int) -> requests.Response:
        together.wait(30)
        return act()

    with ThreadPoolExecutor(MANY) as people:
        return list(people.map(one, range(MANY)))


def test_one_key_used_at_once_makes_one_payment(double: RunningDouble, receiver: Receiver) -> None:
    # the call lasts as long as the shop takes for the event, so that all are under way together
    receiver.on_arrival = lambda _: time.sleep(0.05)
    double.switch(before_answer=True)

    answers = at_once(lambda: post_payment(double.url, order(), Idempotence_Key="key-1"))

    assert {it.status_code for it in answers} == {200}
    assert len({it.content for it in answers}) == 1
    assert len(double.control("payments")["payments"]) == 1


def test_a_payment_paid_at_once_is_told_once(double: RunningDouble, receiver: Receiver) -> None:
    made = post_payment(double.url, order(), Idempotence_Key="key-1").json()
    page = open_page(made["confirmation"]["confirmation_url"])
    double.switch(redirect_first=False)

    assert {it.status_code for it in at_once(lambda: page.press("pay"))} == {302}

    assert len(receiver.received) == 1


def test_a_transfer_paid_at_once_is_told_once(double: RunningDouble, receiver: Receiver) -> None:
    page = submit(f"{double.url}/quickpay/confirm", quickpay_form())
    double.switch(redirect_first=False)

    assert {it.status_code for it in at_once(lambda: page.press("pay"))} == {302}

    assert len(receiver.received) == 1


def test_refunds_at_once_never_exceed_the_payment(double: RunningDouble) -> None:
    made = post_payment(double.url, order("100.00"), Idempotence_Key="key-1").json()
    open_page(made["confirmation"]["confirmation_url"]).press("pay")
    keys = iter([f"refund-{number}" for number in range(MANY)])

    def refund() -> requests.Response:
        return requests.post(
            f"{double.url}/v3/refunds",
            json={"payment_id": made["id"], "amount": {"value": "30.00", "currency": "RUB"}},
            auth=(SHOP_ID, SECRET_KEY),
            headers={"Idempotence-Key": next(keys)},
            timeout=30,
        )

    assert sorted(it.status_code for it in at_once(refund)) == [200] * 3 + [400] * 5
