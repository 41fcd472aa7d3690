"""YooKassa's notifications are only a hint: what its API answers is the truth."""

from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from common.errors import Unavailable
from models.codes import FactKind
from payments_webhook.providers.yookassa_api import YooKassaApi
from tests.support.desk import PRICE, SECRET_KEY, SHOP_ID, Desk

NOBODYS = "2f000000-000f-5000-a000-000000000000"


def test_a_payment_is_told_by_its_event(desk: Desk) -> None:
    desk.checkout()
    payment_id = desk.pay_by_yookassa()

    (fact,) = desk.settle()
    assert (fact.kind, fact.external_id) == (FactKind.SUCCEEDED, payment_id)
    assert (fact.order_id, fact.paid_kopecks, fact.currency) == ("order-1", PRICE, "RUB")
    assert fact.occurred_at == desk.clock()


def test_a_forged_success_of_an_unpaid_payment_grants_nothing_and_hides_no_real_one(
    desk: Desk,
) -> None:
    desk.checkout()
    payment_id = desk.to_yookassa().partition("orderId=")[2]
    metadata = {"order_id": "order-1"}
    for _ in range(3):
        status = desk.yookassa_event(
            "payment.succeeded", payment_id, status="succeeded", paid=True, metadata=metadata
        )
        assert (status, desk.settle()) == (200, [])

    desk.pay_by_yookassa()

    assert [fact.external_id for fact in desk.settle()] == [payment_id]


def test_a_payment_that_does_not_exist_is_acknowledged_and_dropped(desk: Desk) -> None:
    desk.checkout()
    desk.to_yookassa()
    desk.control("forge", {"order": "order-1", "kind": "foreign_id"})
    desk.heard(1)

    assert desk.settle() == []
    assert desk.yookassa_event("payment.succeeded", NOBODYS) == 200
    assert desk.settle() == []
    assert all(row["due_at"] is None for row in desk.rows())


def test_a_lower_sum_is_told_as_it_was_paid(desk: Desk) -> None:
    desk.checkout()
    desk.to_yookassa()
    desk.control("underpay", {"order": "order-1", "sum": "1.00"})
    desk.heard(1)

    (fact,) = desk.settle()
    assert (fact.order_id, fact.paid_kopecks) == ("order-1", 100)
    assert b'data-state="pay"' in desk.http.get("/pay/order-1").data


def test_an_event_that_overtakes_the_answer_which_tells_its_id(desk: Desk) -> None:
    desk.checkout()
    desk.control("switches", {"before_answer": True})
    desk.to_yookassa()

    (fact,) = desk.settle()
    assert (fact.order_id, fact.paid_kopecks) == ("order-1", PRICE)


def test_a_stale_cancellation_after_the_success_says_success_again(desk: Desk) -> None:
    desk.checkout()
    desk.control("switches", {"canceled_after_succeeded": True})
    desk.pay_by_yookassa()
    desk.heard(2)
    desk.settle()
    desk.settle()

    assert [fact.kind for fact in desk.main.facts.values()] == [FactKind.SUCCEEDED]


def test_a_declined_card_is_told_with_its_reason(desk: Desk) -> None:
    desk.checkout()
    desk.pay_by_yookassa(action="decline", reason="insufficient_funds")

    (fact,) = desk.settle()
    assert fact.kind is FactKind.CANCELED
    assert (fact.reason or "").endswith("/insufficient_funds")


def test_a_refund_names_its_payment(desk: Desk) -> None:
    desk.checkout()
    payment_id = desk.pay_by_yookassa()
    desk.settle()
    refund_id = desk.control("refund", {"order": "order-1"})["id"]
    desk.heard(2)

    fact = desk.settle()[-1]
    assert (fact.kind, fact.external_id) == (FactKind.REFUNDED, refund_id)
    assert (fact.payment_external_id, fact.order_id) == (payment_id, "order-1")
    assert fact.paid_kopecks == PRICE


@pytest.mark.parametrize(
    "fault",
    [
        {"mode": "500"},
        {"mode": "502"},
        {"mode": "429"},
        {"mode": "202", "calls": 2},
    ],
)
def test_while_the_api_fails_the_event_waits(desk: Desk, fault: dict[str, Any]) -> None:
    desk.checkout()
    desk.pay_by_yookassa()
    desk.control("faults", {"provider": "yookassa", **fault})

    assert desk.settle() == []
    desk.later(seconds=1)

    assert len(desk.later(seconds=1)) == 1


def test_test_payments_are_refused_unless_they_are_wanted(tmp_path: Path) -> None:
    desk = Desk(tmp_path, yookassa_accept_test=False)
    desk.checkout()
    desk.pay_by_yookassa()

    assert desk.settle() == []
    desk.close()


def test_a_payment_of_another_shop_is_not_ours(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.checkout()
    payment_id = desk.pay_by_yookassa()
    ledger = desk.doubles.shop.ledger
    payment = ledger.find(payment_id)
    object.__setattr__(payment, "account_id", "another shop")

    assert desk.settle() == []
    desk.close()


NO_EVENTS = [
    b"", b"[]", b"null", b"{", b'{"event": 1, "object": {}}', b'{"event": "payment.succeeded"}',
    b'{"event": "payment.succeeded", "object": {"id": "../me"}}',
    b'{"event": "refund.succeeded", "object": {"id": 7}}', b"[" * 5000, b"\xff",
]  # fmt: skip


def test_what_is_no_event_is_refused(desk: Desk) -> None:
    def status(body: bytes) -> int:
        kind = "application/json"
        return desk.http.post("/yookassa", data=body, content_type=kind).status_code

    assert {status(body) for body in NO_EVENTS} == {400}
    assert desk.rows() == []


def test_events_of_other_kinds_are_acknowledged_and_not_kept(desk: Desk) -> None:
    assert desk.yookassa_event("payout.succeeded", NOBODYS) == 200
    assert desk.rows() == []


def test_a_body_over_64_kb_is_refused(desk: Desk) -> None:
    body = b'{"event": "payment.succeeded", "x": "' + b"x" * 70_000 + b'"}'

    assert desk.http.post("/notification", data=body).status_code == 413


def test_senders_can_be_limited_to_networks(tmp_path: Path) -> None:
    desk = Desk(tmp_path, yookassa_networks="185.71.76.0/27", trusted_proxy_hops=1)
    body = {"event": "payment.succeeded", "object": {"id": NOBODYS}}

    def sent(forwarded: str) -> int:
        headers = {"X-Forwarded-For": forwarded}
        return desk.http.post("/yookassa", json=body, headers=headers).status_code

    assert sent("203.0.113.9") == 403
    assert sent("185.71.76.5, 203.0.113.9") == 403  # the first was written by the sender
    assert sent("203.0.113.9, ::ffff:185.71.76.5") == 200
    assert sent("185.71.76.5") == 200
    desk.close()


def test_a_hanging_api_is_given_up_in_time(desk: Desk) -> None:
    desk.control("faults", {"provider": "yookassa", "mode": "hang", "seconds": 1, "calls": 2})
    api = YooKassaApi(
        shop_id=SHOP_ID, secret_key=SECRET_KEY, url=f"{desk.double.url}/v3", read_seconds=0.1
    )
    began = monotonic()
    with pytest.raises(Unavailable):
        api.payment(NOBODYS)
    with pytest.raises(Unavailable):
        api.create({"amount": {"value": "1.00", "currency": "RUB"}}, key="k")

    assert monotonic() - began < 0.9
