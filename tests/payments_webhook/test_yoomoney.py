"""Wallet notifications: what is believed, what waits, what is refused."""

import logging
from pathlib import Path

import pytest

from models.codes import ProviderName
from tests.support.desk import Desk
from tests.support.wallet import signed


def post(desk: Desk, body: bytes, path: str = "/notification") -> int:
    form = "application/x-www-form-urlencoded"
    return desk.http.post(path, data=body, content_type=form).status_code


@pytest.mark.parametrize("path", ["/notification", "/yoomoney", "/api/v1/payments/webhook"])
def test_a_signed_notification_becomes_a_fact(desk: Desk, path: str) -> None:
    assert post(desk, signed(), path) == 200

    (fact,) = desk.settle()
    assert (fact.provider, fact.external_id) == (ProviderName.YOOMONEY, "762548246564417096")
    assert (fact.order_id, fact.currency) == ("order-1", "RUB")
    assert (fact.paid_kopecks, fact.received_kopecks) == (199_00, 193_03)
    assert fact.occurred_at.isoformat() == "2026-11-21T12:00:21+00:00"


@pytest.mark.parametrize(
    "body",
    [
        signed("another secret"),
        signed().replace(b"199.00", b"1990.00"),
        signed().replace(b"sign=", b"signature="),
        signed().partition(b"&sign=")[0] + b"&sha1_hash=a2ee4a9195f4a90e893cff4f62eeba0b662321f9",
    ],
)
def test_without_the_right_sign_nothing_is_kept(desk: Desk, body: bytes) -> None:
    assert post(desk, body) == 403
    assert desk.rows() == []


def test_wrong_signs_are_counted_and_told_in_one_line_without_personal_data(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        for _ in range(5):
            post(desk, signed("another secret", sender="41001000040"))
    told = [record for record in caplog.records if "sign is wrong" in record.message]

    assert len(told) == 1
    assert "41001000040" not in str(told[0].__dict__)
    counted = 'notifications_total{kind="form",was="wrong_sign"} 5.0'
    assert counted in desk.http.get("/metrics").get_data(as_text=True)


def test_a_name_that_stands_twice_is_refused(desk: Desk) -> None:
    assert post(desk, signed() + b"&label=order-2") == 400


def test_the_test_button_is_acknowledged_and_never_granted(desk: Desk) -> None:
    body = signed(
        test_notification="true", operation_id="test-notification", label="order-1",
        withdraw_amount=None, unaccepted=None,
    )  # fmt: skip
    assert post(desk, body) == 200
    assert (desk.rows(), desk.settle()) == ([], [])


@pytest.mark.parametrize("flag", ["unaccepted", "codepro"])
def test_frozen_money_waits_until_it_is_ours(desk: Desk, flag: str) -> None:
    assert post(desk, signed(**{flag: "true"})) == 200
    assert desk.settle() == []

    assert post(desk, signed()) == 200
    assert len(desk.settle()) == 1


def test_an_old_word_of_frozen_money_does_not_undo_the_new_one(desk: Desk) -> None:
    post(desk, signed(unaccepted="true"))
    post(desk, signed())
    post(desk, signed(unaccepted="true"))

    assert len(desk.settle()) == 1


@pytest.mark.parametrize("said", [None, "", "NaN", "-5", "a lot", "1e400", "9e999999"])
def test_without_a_gross_sum_main_api_is_told_that_it_is_not_known(
    desk: Desk, said: str | None
) -> None:
    assert post(desk, signed(withdraw_amount=said)) == 200

    (fact,) = desk.settle()
    assert (fact.paid_kopecks, fact.received_kopecks) == (None, 193_03)


def test_another_currency_and_an_unknown_label_are_told_as_they_are(desk: Desk) -> None:
    post(desk, signed(currency="840"))
    post(desk, signed(operation_id="2", label=""))
    post(desk, signed(operation_id="3", label="x" * 500, datetime="yesterday"))

    told = [(fact.currency, fact.order_id) for fact in desk.settle()]
    assert told == [("840", "order-1"), ("RUB", ""), ("RUB", "x" * 64)]


def test_a_signed_form_without_an_operation_is_refused(desk: Desk) -> None:
    assert post(desk, signed(operation_id="")) == 400
    assert post(desk, signed(operation_id="9" * 129)) == 400


def test_nothing_personal_is_kept(desk: Desk) -> None:
    post(desk, signed(sender="41001000040", lastname="Canary", phone="+79990000000"))

    assert "41001000040" not in str(desk.rows())
    assert "Canary" not in str(desk.rows())
    assert "+7999" not in str(desk.rows())


def test_the_double_pays_and_the_order_is_told(desk: Desk) -> None:
    desk.checkout()
    desk.control("switches", {"redirect_first": False, "parallel": 4, "duplicate": 3})
    desk.doubles.wallet.receive("order-1", 199_00, "AC")
    desk.heard(1)

    for _ in range(3):
        desk.settle()

    assert [fact.paid_kopecks for fact in desk.main.facts.values()] == [199_00]


def test_a_switched_off_wallet_takes_no_forms(tmp_path: Path) -> None:
    desk = Desk(tmp_path, yoomoney_wallet=None, yoomoney_secret=None, yoomoney_token=None)
    assert post(desk, signed()) == 404
    desk.close()
