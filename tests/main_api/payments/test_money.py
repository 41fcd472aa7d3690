"""Money that came: when it grants access, when it does not, and that it does so once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from main_api.payments.facts import Decision, FactStore
from main_api.payments.orders import OrderStore
from models.codes import ConfirmOutcome, FactKind, NoticeKind, OrderStatus, ProviderName
from tests.support.till import OWNER, PRICE, Till, fact_of

PAID_UNTIL = datetime(2026, 12, 21, 12, 0, tzinfo=UTC)
TWICE_UNTIL = datetime(2027, 1, 21, 12, 0, tzinfo=UTC)


def test_the_price_paid_opens_access_on_all_servers_and_is_acknowledged(till: Till) -> None:
    till.bot.take_trial(till.user_id)
    till.clock.advance(days=5)
    order = till.order()

    outcome = till.pay(order.payment_id)

    user = till.record(till.user_id)
    assert (outcome, till.status(order.payment_id)) == ("granted", OrderStatus.GRANTED)
    assert (user.has_trial, user.pending) == (False, [])
    (receipt,) = till.said(NoticeKind.PAYMENT_RECEIVED)
    assert user.expires_at is not None
    assert receipt.params == {
        "order_id": order.payment_id,
        "until_ms": int(user.expires_at.timestamp() * 1000),
        "months": 1,
        "first": 1,
    }
    assert receipt.telegram_id == user.tg_id


def test_a_second_order_is_a_renewal(till: Till) -> None:
    till.pay(till.order().payment_id, "op-1")
    till.pay(till.order("m3").payment_id, "op-2", paid_kopecks=549_00)

    firsts = [notice.params["first"] for notice in till.said(NoticeKind.PAYMENT_RECEIVED)]
    assert firsts == [1, 0]
    assert till.end() == datetime(2027, 3, 21, 12, 0, tzinfo=UTC)


def test_the_same_fact_again_changes_nothing(till: Till) -> None:
    order = till.order()
    outcomes = [till.pay(order.payment_id) for _ in range(6)]

    assert outcomes == ["granted"] + ["already_granted"] * 5
    assert till.end() == PAID_UNTIL
    assert len(till.said(NoticeKind.PAYMENT_RECEIVED)) == 1


def test_sixteen_confirmations_at_once_grant_once(disk_till: Till) -> None:
    fact = fact_of(disk_till.order().payment_id)

    with ThreadPoolExecutor(16) as pool:
        outcomes = [it.outcome for it in pool.map(disk_till.confirm, [fact] * 16)]

    assert sorted(set(outcomes)) == ["already_granted", "granted"]
    assert outcomes.count(ConfirmOutcome.GRANTED) == 1
    assert disk_till.end() == PAID_UNTIL
    assert len(disk_till.said(NoticeKind.PAYMENT_RECEIVED)) == 1


def test_two_payments_of_one_order_at_once_extend_twice(disk_till: Till) -> None:
    order_id = disk_till.order().payment_id
    facts = [fact_of(order_id, f"op-{number}") for number in (1, 2) for _ in range(4)]

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(disk_till.confirm, facts))

    assert disk_till.end() == TWICE_UNTIL
    assert disk_till.status(order_id) == OrderStatus.GRANTED
    assert len(disk_till.said(NoticeKind.PAYMENT_RECEIVED)) == 2
    assert len(disk_till.said(NoticeKind.OWNER_ALERT)) == 1


def test_too_little_grants_nothing_and_both_sides_are_told(till: Till) -> None:
    order_id = till.order().payment_id

    outcome = till.pay(order_id, paid_kopecks=PRICE - 1)

    assert (outcome, till.end()) == ("underpaid", None)
    assert till.status(order_id) == OrderStatus.UNDERPAID
    (told,) = till.said(NoticeKind.PAYMENT_UNDERPAID)
    assert told.params == {
        "order_id": order_id, "paid_kopecks": PRICE - 1, "price_kopecks": PRICE,
    }  # fmt: skip
    (alert,) = till.said(NoticeKind.OWNER_ALERT)
    assert alert.telegram_id == OWNER


def test_parts_are_not_summed_but_the_whole_price_still_grants(till: Till) -> None:
    order_id = till.order().payment_id
    till.pay(order_id, "op-1", paid_kopecks=PRICE - 100)
    parts = till.pay(order_id, "op-2", paid_kopecks=100)

    assert (parts, till.end()) == ("underpaid", None)
    assert till.pay(order_id, "op-3") == "granted"
    assert till.pay(order_id, "op-4", paid_kopecks=1) == "underpaid"
    assert (till.end(), till.status(order_id)) == (PAID_UNTIL, OrderStatus.GRANTED)
    assert len(till.said(NoticeKind.PAYMENT_UNDERPAID)) == 2


def test_too_much_grants_what_was_ordered(till: Till) -> None:
    assert till.pay(till.order().payment_id, paid_kopecks=PRICE * 10) == "granted"
    assert till.end() == PAID_UNTIL


@pytest.mark.parametrize(
    ("changed", "outcome"),
    [
        ({"currency": "USD"}, "wrong_currency"),
        ({"paid_kopecks": None, "received_kopecks": PRICE}, "ignored"),
        ({"order_id": "no-such-order"}, "unknown_order"),
        ({"order_id": ""}, "unknown_order"),
    ],
)
def test_what_cannot_be_decided_is_left_to_the_owner(
    till: Till, changed: dict[str, object], outcome: str
) -> None:
    order_id = till.order().payment_id
    fact = fact_of(order_id).model_copy(update=changed)

    confirmed = till.confirm(fact)

    assert (confirmed.outcome, till.end()) == (outcome, None)
    assert till.status(order_id) == OrderStatus.PENDING
    assert len(till.said(NoticeKind.OWNER_ALERT)) == 1


def test_a_sum_told_later_completes_what_the_history_left_open(till: Till) -> None:
    order_id = till.order().payment_id

    assert till.pay(order_id, paid_kopecks=None) == "ignored"
    assert till.pay(order_id, paid_kopecks=PRICE) == "granted"
    assert till.pay(order_id, paid_kopecks=None) == "already_granted"
    assert till.end() == PAID_UNTIL


def test_a_sum_told_while_the_fact_is_decided_upon_is_not_overwritten(till: Till) -> None:
    order_id = till.order().payment_id
    facts = FactStore(till.deps.db)
    without = facts.take(fact_of(order_id, paid_kopecks=None), till.clock())
    facts.take(fact_of(order_id), till.clock())

    assert not facts.decide(without, Decision(ConfirmOutcome.IGNORED), till.clock())
    till.sweep()

    assert till.status(order_id) == OrderStatus.GRANTED


def test_late_money_is_granted_at_the_price_of_its_order(till: Till) -> None:
    order_id = till.order().payment_id
    till.deps.db["tariffs"].update_one({"_id": "m1"}, {"$set": {"price_kopecks": 999_00}})
    till.pay(order_id, "pay-1", kind=FactKind.CANCELED, provider=ProviderName.YOOKASSA)
    till.clock.advance(days=3)

    assert till.pay(order_id, "op-1") == "granted"
    assert till.end() == datetime(2026, 12, 24, 12, 0, tzinfo=UTC)


def test_a_failed_payment_is_told_to_the_customer_and_to_the_owner(till: Till) -> None:
    order_id = till.order().payment_id

    outcome = till.pay(order_id, kind=FactKind.CANCELED, reason="yoo_money/insufficient_funds")

    assert (outcome, till.status(order_id)) == ("canceled", OrderStatus.CANCELED)
    assert [it.params for it in till.said(NoticeKind.PAYMENT_FAILED)] == [{"order_id": order_id}]
    (alert,) = till.said(NoticeKind.OWNER_ALERT)
    assert "insufficient_funds" in str(alert.params["text"])


def test_a_page_that_was_only_left_is_told_to_nobody(till: Till) -> None:
    order_id = till.order().payment_id

    till.pay(order_id, kind=FactKind.CANCELED, reason="yoo_money/expired_on_confirmation")

    assert till.status(order_id) == OrderStatus.CANCELED
    assert till.said(NoticeKind.PAYMENT_FAILED) + till.said(NoticeKind.OWNER_ALERT) == []


def test_a_cancellation_after_the_money_is_ignored(till: Till) -> None:
    order_id = till.order().payment_id
    till.pay(order_id)

    assert till.pay(order_id, "op-0", kind=FactKind.CANCELED) == "ignored"
    assert (till.status(order_id), till.end()) == (OrderStatus.GRANTED, PAID_UNTIL)
    assert till.pay("unknown", "op-00", kind=FactKind.CANCELED) == "ignored"


def test_a_cancellation_of_another_try_hides_no_underpayment(till: Till) -> None:
    order_id = till.order().payment_id
    till.pay(order_id, "op-1", paid_kopecks=PRICE - 1)

    assert till.pay(order_id, "op-2", kind=FactKind.CANCELED) == "ignored"
    assert till.status(order_id) == OrderStatus.UNDERPAID
    assert till.said(NoticeKind.PAYMENT_FAILED) == []


def test_money_of_somebody_who_is_gone_is_kept_for_the_owner(till: Till) -> None:
    order_id = till.order().payment_id
    till.deps.db["users"].delete_one({"_id": till.user_id})

    assert till.pay(order_id) == "ignored"
    assert till.status(order_id) == OrderStatus.PAID
    assert len(till.said(NoticeKind.OWNER_ALERT)) == 1


def test_money_that_came_is_granted_even_beyond_the_longest_access(till: Till) -> None:
    for number in range(4):
        order_id = till.order("m12").payment_id
        assert till.pay(order_id, f"op-{number}", paid_kopecks=1_799_00) == "granted"

    assert till.end() == datetime(2030, 11, 21, 12, 0, tzinfo=UTC)


def test_money_that_comes_while_another_try_is_opened_stays_seen(till: Till) -> None:
    order_id = till.order().payment_id
    till.pay(order_id)

    OrderStore(till.deps.db).mark_pending(order_id, "https://pay.test/late", till.clock())

    assert till.status(order_id) == OrderStatus.GRANTED


def test_a_receipt_for_somebody_who_has_gone_meanwhile_is_given_up(till: Till) -> None:
    till.notify.wire.down = True
    till.pay(till.order().payment_id)
    till.sweep()
    till.deps.db["users"].delete_one({"_id": till.user_id})
    till.notify.wire.down = False
    till.sweep()

    assert till.stored_fact("yoomoney:succeeded:op-1")["told"] is True
    assert till.notify.notices == {}
