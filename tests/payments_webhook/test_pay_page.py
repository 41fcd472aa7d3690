"""The pay page: what it shows, where its buttons lead, and when it shows none."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from urllib.parse import urljoin

import pytest
import requests

from payments_webhook.providers.yookassa import PAYERS_AT_ONCE
from tests.sandbox.payments.browser import Page, open_page
from tests.support.desk import Desk


def page(desk: Desk, order_id: str = "order-1") -> Page:
    return open_page(f"{desk.server.url}/pay/{order_id}")


def test_it_tells_what_is_bought_and_for_how_much(desk: Desk) -> None:
    desk.checkout(amount_kopecks=1_799_50)

    shown = page(desk)

    assert (shown.status, 'lang="ru"' in shown.text) == (200, True)
    assert "Keyland: 1 месяц" in shown.text
    assert "1\N{NO-BREAK SPACE}799,50\N{NO-BREAK SPACE}₽" in shown.text
    assert "Банковская карта" in shown.text


def test_it_speaks_english_too(desk: Desk) -> None:
    desk.checkout(language="en", description="Keyland: 1 month")

    assert "Pay through YooMoney" in page(desk).text
    assert "Bank card" in page(desk).text


def test_it_loads_nothing_from_elsewhere_and_runs_no_script(desk: Desk) -> None:
    desk.checkout(description="<script>alert(1)</script>")

    answer = requests.get(f"{desk.server.url}/pay/order-1", timeout=30)

    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert f"form-action 'self' {desk.double.url} https://yookassa.ru" in policy
    assert "<script" not in answer.text
    assert "src=" not in answer.text
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_wallets_button_posts_a_form_that_the_double_takes(desk: Desk) -> None:
    desk.checkout()
    shown = page(desk)
    form = replace(shown, text=shown.text.partition("</form>")[0]).form
    assert form.fields["paymentType"] == "AC"
    assert form.choices["paymentType"] == ["PC"]

    paying = requests.post(urljoin(shown.url, form.action), data=form.fields, timeout=30)

    assert paying.status_code == 200
    paid = requests.post(
        paying.url,
        data={"action": "pay", "sum": "199.00", "paymentType": "AC"},
        allow_redirects=False,
        timeout=30,
    )
    assert paid.headers["Location"] == "https://t.me/keyland_bot"
    desk.heard(1)
    assert [fact.order_id for fact in desk.settle()] == ["order-1"]
    assert 'data-state="paid"' in page(desk).text


def test_yookassas_button_leads_to_one_payment_however_often_it_is_pressed(desk: Desk) -> None:
    desk.checkout()

    pages = {desk.to_yookassa() for _ in range(3)}
    desk.clock.advance(minutes=1)
    pages.add(desk.to_yookassa())

    assert len(pages) == 1
    assert pages.pop().startswith(f"{desk.double.url}/checkout/payments/v2/contract?orderId=")


def test_after_a_declined_card_another_payment_can_be_made(desk: Desk) -> None:
    desk.checkout()
    first = desk.pay_by_yookassa(action="decline", reason="insufficient_funds")
    desk.settle()
    second = desk.pay_by_yookassa()
    desk.settle()

    assert first != second
    assert 'data-state="paid"' in page(desk).text


def test_a_link_that_died_of_age_is_replaced_even_if_no_event_told(desk: Desk) -> None:
    desk.checkout()
    desk.control("switches", {"drop": -1})
    first = desk.to_yookassa()
    desk.clock.advance(hours=2)

    assert desk.to_yookassa() != first


def test_a_payment_that_yookassa_no_longer_knows_is_replaced(desk: Desk) -> None:
    """The shop's account was changed between two presses."""
    desk.checkout()
    first = desk.to_yookassa()
    with desk.deps.store.writing() as db:
        db.execute("UPDATE attempts SET payment_id = '2f000000-000f-5000-a000-000000000000'")
    desk.clock.advance(minutes=1)

    assert desk.to_yookassa() != first


def test_a_paid_order_has_no_buttons_and_makes_no_second_payment(desk: Desk) -> None:
    desk.checkout()
    desk.pay_by_yookassa()
    desk.settle()

    shown = page(desk)
    pressed = requests.post(f"{shown.url}/yookassa", allow_redirects=False, timeout=30)

    assert ("<form" in shown.text, "<form" in pressed.text) == (False, False)
    assert 'href="https://t.me/keyland_bot"' in shown.text
    assert len(desk.doubles.shop.ledger.payments()) == 1


def test_a_press_when_the_money_is_there_but_not_told_leads_back_and_tells(desk: Desk) -> None:
    desk.checkout()
    desk.control("switches", {"drop": -1})
    desk.pay_by_yookassa()
    desk.clock.advance(seconds=30)

    assert desk.to_yookassa() == "../order-1"
    assert [fact.order_id for fact in desk.settle()] == ["order-1"]
    assert 'data-state="paid"' in page(desk).text


def test_a_provider_that_is_away_is_told_on_the_page_with_the_other_one_there(
    desk: Desk,
) -> None:
    desk.checkout()
    desk.control("faults", {"provider": "yookassa", "mode": "502"})

    answer = requests.post(f"{desk.server.url}/pay/order-1/yookassa", timeout=30)

    assert answer.status_code == 503
    assert 'role="alert"' in answer.text
    assert 'data-provider="yoomoney"' in answer.text


@pytest.mark.parametrize("method", ["get", "post"])
def test_an_unknown_order_is_told_in_the_readers_language(desk: Desk, method: str) -> None:
    path = "/pay/nothing" if method == "get" else "/pay/nothing/yookassa"
    headers = {"Accept-Language": "en-GB,en;q=0.9"}

    answer = desk.http.open(path, method=method, headers=headers)

    assert answer.status_code == 404
    assert "There is no such order" in answer.text


def test_a_provider_that_hangs_holds_up_few_payers_and_tells_the_others(desk: Desk) -> None:
    """Each who waits holds a thread of the web server, which notifications need as well."""
    desk.checkout()
    desk.control("faults", {"provider": "yookassa", "mode": "hang", "seconds": 2, "calls": 99})

    def press(_: int) -> tuple[int, float]:
        began = time.perf_counter()
        answer = requests.post(
            f"{desk.server.url}/pay/order-1/yookassa", allow_redirects=False, timeout=30
        )
        return answer.status_code, time.perf_counter() - began

    with ThreadPoolExecutor(12) as pool:
        pressed = list(pool.map(press, range(12)))

    refused = [seconds for status, seconds in pressed if status == 503]
    assert len(refused) == 12 - PAYERS_AT_ONCE
    assert max(refused) < 1.5
