"""The quickpay form, the payer's page and the notification that follows."""

from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from sandbox.payments.yoomoney.transfers import net_amount
from tests.sandbox.payments.browser import Page, open_page, submit
from tests.sandbox.payments.conftest import SECRET_WORD, WALLET, RunningDouble
from tests.sandbox.payments.receiver import Receiver
from tests.sandbox.payments.shop_form import quickpay_form
from tests.sandbox.payments.sign_check import is_signed

BACK = "http://127.0.0.1:9/back"


def begin(double: RunningDouble, **fields: str) -> Page:
    return submit(f"{double.url}/quickpay/confirm", quickpay_form(**fields))


def test_a_form_leads_to_the_payers_page(double: RunningDouble) -> None:
    page = begin(double)

    assert urlsplit(page.url).path == "/transfer/quickpay"
    assert len(parse_qs(urlsplit(page.url).query)["requestId"][0]) == 32
    assert page.form.fields["sum"] == "199.00"
    assert page.form.fields["paymentType"] == "AC"
    assert WALLET in page.text
    assert "ПЕСОЧНИЦА" in page.text
    assert "<script" not in page.text


@pytest.mark.parametrize("path", ["/quickpay/confirm", "/quickpay/confirm.xml"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_both_addresses_take_both_methods(double: RunningDouble, path: str, method: str) -> None:
    fields = quickpay_form()
    url = double.url + path
    if method == "GET":
        answer = requests.get(url, params=fields, allow_redirects=False, timeout=30)
    else:
        answer = requests.post(url, data=fields, allow_redirects=False, timeout=30)

    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/transfer/quickpay?requestId=")


@pytest.mark.parametrize(
    "wrong",
    [
        {"receiver": "4100"},
        {"quickpay_form": "x"},
        {"paymentType": "SB"},
        {"sum": "0"},
        {"sum": "a lot"},
        {"label": "l" * 65},
        {"successURL": "javascript:alert(1)"},
    ],
)
def test_a_wrong_form_leads_nowhere(double: RunningDouble, wrong: dict[str, str]) -> None:
    assert begin(double, **wrong).status == 400
    assert double.control("payments")["payments"] == []


def test_a_card_payment_is_told_with_a_blank_sender_and_a_right_sign(
    double: RunningDouble, receiver: Receiver
) -> None:
    answer = begin(double).press("pay")

    assert (answer.status_code, answer.headers["Location"]) == (302, BACK)
    [came] = receiver.wait_for(1)
    assert came.path == "/yoomoney"
    assert came.headers["Content-Type"] == "application/x-www-form-urlencoded"
    form = came.form
    assert is_signed(form, SECRET_WORD)
    varying = {name: form.pop(name) for name in ("operation_id", "operation_label", "sign")}
    assert varying["operation_id"].isdecimal()
    assert form == {
        "notification_type": "card-incoming",
        "bill_id": "",
        "amount": "193.03",
        "withdraw_amount": "199.00",
        "codepro": "false",
        "unaccepted": "false",
        "label": "ord-77",
        "datetime": "2026-11-21T12:00:00Z",
        "currency": "643",
        "sender": "",
    }


def test_the_payer_may_pay_less_and_from_his_wallet(
    double: RunningDouble, receiver: Receiver
) -> None:
    begin(double).press("pay", sum="10,5", paymentType="PC")

    form = receiver.wait_for(1)[0].form
    assert is_signed(form, SECRET_WORD)
    assert (form["withdraw_amount"], form["amount"]) == ("10.50", "10.39")
    assert form["notification_type"] == "p2p-incoming"
    assert form["sender"].startswith("41001")


@pytest.mark.parametrize(
    ("withdrawn", "kind", "received"),
    [(100_000, "PC", 99_009), (100_000, "AC", 97_000), (8_000, "AC", 7_760), (5_000, "AC", 4_850)],
)
def test_the_fee_is_taken_from_the_receiver(withdrawn: int, kind: str, received: int) -> None:
    assert net_amount(withdrawn, "PC" if kind == "PC" else "AC") == received


def test_a_second_press_is_no_second_payment_but_a_second_form_is(
    double: RunningDouble, receiver: Receiver
) -> None:
    double.switch(redirect_first=False)
    page = begin(double)
    page.press("pay")
    page.press("pay")
    assert 'id="state"' in open_page(page.url).text
    begin(double).press("pay")

    told = [it.form["operation_id"] for it in receiver.received]
    assert len(set(told)) == len(told) == 2


def test_leaving_pays_nothing(double: RunningDouble, receiver: Receiver) -> None:
    answer = begin(double).press("leave")

    assert answer.headers["Location"] == BACK
    assert [it["status"] for it in double.control("payments")["payments"]] == ["pending"]
    assert receiver.received == []


def test_a_sum_that_is_none_is_asked_for_again(double: RunningDouble, receiver: Receiver) -> None:
    answer = begin(double).press("pay", sum="сто")

    assert answer.status_code == 400
    assert 'id="wrong"' in answer.text
    assert receiver.received == []


def test_without_an_address_to_return_to_the_page_itself_says_it_is_done(
    double: RunningDouble,
) -> None:
    page = begin(double, successURL="")
    answer = page.press("pay")
    done = open_page(double.url + answer.headers["Location"])
    assert 'id="state"' in done.text


def test_an_unknown_request_has_no_page(double: RunningDouble) -> None:
    url = f"{double.url}/transfer/quickpay?requestId=x"
    assert open_page(url).status == 404
    assert requests.post(url, data={"action": "pay"}, timeout=30).status_code == 404


def test_a_notification_is_tried_three_times(double: RunningDouble, receiver: Receiver) -> None:
    receiver.answers = [500] * 9
    begin(double).press("pay")

    receiver.wait_for(3)
    answers = [it["status"] for it in double.deliveries("ord-77")]
    assert answers[:2] == [500, 500]
    assert len(receiver.received) == 3


@pytest.mark.parametrize("redirect_first", [True, False])
def test_the_payer_may_be_back_before_or_after_the_notification(
    double: RunningDouble, receiver: Receiver, *, redirect_first: bool
) -> None:
    double.switch(redirect_first=redirect_first, delay=0.1)
    begin(double).press("pay")

    assert len(receiver.received) == (0 if redirect_first else 1)


def test_a_wrong_secret_frozen_money_and_the_old_hash_can_be_switched_on(
    double: RunningDouble, receiver: Receiver
) -> None:
    double.switch(wrong_sign=True)
    begin(double).press("pay")
    [came] = receiver.wait_for(1)
    assert not is_signed(came.form, SECRET_WORD)

    double.switch(wrong_sign=False, unaccepted=True, legacy_sha1=True)
    begin(double).press("pay")
    form = receiver.wait_for(2)[1].form
    assert is_signed(form, SECRET_WORD)
    assert form["unaccepted"] == "true"
    assert len(form["sha1_hash"]) == 40
