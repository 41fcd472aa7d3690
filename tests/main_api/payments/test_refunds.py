"""Refunds: the whole sum takes back what that payment added, and nothing else."""

from datetime import UTC, datetime

from models.codes import FactKind, NoticeKind, OrderStatus
from tests.support.till import PRICE, Till

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
PAID_UNTIL = datetime(2026, 12, 21, 12, 0, tzinfo=UTC)


def refund(till: Till, order_id: str, refund_id: str, payment: str, kopecks: int = PRICE) -> str:
    return till.pay(
        order_id,
        refund_id,
        kind=FactKind.REFUNDED,
        paid_kopecks=kopecks,
        payment_external_id=payment,
    )


def test_a_full_refund_takes_the_time_back_once(till: Till) -> None:
    order_id = till.order().payment_id
    till.pay(order_id, "op-1")

    outcomes = [refund(till, order_id, "back-1", "op-1") for _ in range(3)]

    assert outcomes == ["refunded"] * 3
    assert (till.end(), till.status(order_id)) == (NOW, OrderStatus.REFUNDED)
    (told,) = till.said(NoticeKind.PAYMENT_REFUNDED)
    assert told.params == {"order_id": order_id, "until_ms": int(NOW.timestamp() * 1000)}


def test_the_payment_told_again_after_its_refund_grants_nothing(till: Till) -> None:
    order_id = till.order().payment_id
    till.pay(order_id, "op-1")
    refund(till, order_id, "back-1", "op-1")

    assert till.pay(order_id, "op-1") == "already_granted"
    assert till.end() == NOW


def test_a_part_refunded_is_left_to_the_owner_until_the_parts_make_the_whole(till: Till) -> None:
    order_id = till.order().payment_id
    till.pay(order_id, "op-1")

    assert refund(till, order_id, "back-1", "op-1", 100_00) == "ignored"
    assert till.end() == PAID_UNTIL
    assert refund(till, order_id, "back-2", "op-1", 99_00) == "refunded"
    assert till.end() == NOW


def test_a_refund_that_overtakes_its_payment_leaves_nothing_to_grant(till: Till) -> None:
    order_id = till.order().payment_id

    assert refund(till, order_id, "back-1", "op-1") == "ignored"
    assert till.pay(order_id, "op-1") == "ignored"
    assert till.end() is None
    assert len(till.said(NoticeKind.OWNER_ALERT)) == 1


def test_the_refund_of_a_second_payment_leaves_the_first(till: Till) -> None:
    order_id = till.order().payment_id
    till.pay(order_id, "op-1")
    till.pay(order_id, "op-2")

    refund(till, order_id, "back-2", "op-2")

    assert (till.end(), till.status(order_id)) == (PAID_UNTIL, OrderStatus.GRANTED)


def test_a_refunded_order_that_is_paid_again_is_granted_again(till: Till) -> None:
    order_id = till.order().payment_id
    till.pay(order_id, "op-1")
    refund(till, order_id, "back-1", "op-1")

    assert till.pay(order_id, "op-2") == "granted"
    assert till.end() == PAID_UNTIL


def test_the_refund_of_too_small_a_payment_changes_no_access(till: Till) -> None:
    order_id = till.order().payment_id
    till.pay(order_id, "op-1", paid_kopecks=100)

    assert refund(till, order_id, "back-1", "op-1", 100) == "refunded"
    assert till.end() is None
    assert till.status(order_id) == OrderStatus.UNDERPAID
