"""What an invited person's first payment earns the inviter, and what a refund takes back."""

from datetime import timedelta

import pytest

from common.errors import Unavailable
from main_api.referrals.store import State
from models.codes import NoticeKind
from tests.main_api.payments.referred import Pair, a_pair, work
from tests.support.till import Till, fact_of

EARNED, TAKEN_BACK = NoticeKind.REFERRAL_EARNED, NoticeKind.REFERRAL_TAKEN_BACK
TEN_DAYS = timedelta(days=10)


@pytest.fixture
def pair(till: Till) -> Pair:
    return a_pair(till)


def test_the_first_payment_of_a_friend_brings_ten_days_and_a_message(pair: Pair) -> None:
    now = pair.till.clock()
    pair.pay()
    assert pair.seen().latest[0].state == "owed"
    work(pair.till)

    assert pair.end() == now + TEN_DAYS
    (told,) = pair.told(EARNED)
    assert (told.telegram_id, told.params["days"]) == (pair.till.record(pair.anna).tg_id, 10)
    seen = pair.seen()
    assert (seen.invited, seen.paid, seen.days_earned) == (1, 1, 10)
    (latest,) = seen.latest
    assert (latest.state, latest.days, latest.paid_at) == ("earned", 10, now)
    assert pair.till.finland.holds(pair.anna)


def test_it_comes_once_whatever_is_repeated_or_paid_later(pair: Pair) -> None:
    now = pair.till.clock()
    for number in (1, 1, 2, 3, 1):
        pair.pay(number)
        work(pair.till)
    pair.till.start(pair.till.deps.db)
    work(pair.till)

    assert pair.end() == now + TEN_DAYS
    assert len(pair.told(EARNED)) == 1
    assert pair.seen().days_earned == 10


def test_every_friend_counts(till: Till) -> None:
    pair = a_pair(till)
    payload = pair.seen().link.partition("start=")[2]
    vera = till.register(555, referral_payload=payload).user_id
    pair.pay()
    till.pay(till.order(user_id=vera).payment_id, "vera-1")
    work(till)

    assert pair.seen().days_earned == 20
    assert pair.end() == till.clock() + 2 * TEN_DAYS


def test_a_trial_and_days_as_a_present_are_no_payment(pair: Pair) -> None:
    pair.till.bot.take_trial(pair.boris)
    pair.till.grant(pair.boris, "present", days=30)
    work(pair.till)

    assert (pair.end(), pair.row().state) == (None, State.INVITED)


def test_too_little_money_earns_nothing_until_it_is_enough(pair: Pair) -> None:
    order_id = pair.order(1)
    pair.till.confirm(fact_of(order_id, "little", paid_kopecks=1_00))
    work(pair.till)
    assert pair.row().state is State.INVITED

    pair.pay(1)
    work(pair.till)
    assert pair.seen().days_earned == 10


def test_who_pays_and_was_invited_by_nobody_earns_nobody_anything(till: Till) -> None:
    till.pay(till.order().payment_id)
    work(till)

    assert till.said(EARNED) == []


def test_a_full_refund_takes_them_back_and_says_so(pair: Pair) -> None:
    pair.till.grant(pair.anna, "present", days=5)
    before = pair.end()
    pair.pay()
    work(pair.till)
    for _ in range(3):
        pair.refund()
        work(pair.till)

    assert pair.end() == before
    assert len(pair.told(TAKEN_BACK)) == 1
    seen = pair.seen()
    assert (seen.invited, seen.paid, seen.days_earned) == (1, 0, 0)
    assert (seen.latest[0].state, seen.latest[0].days) == ("taken_back", 10)


@pytest.mark.parametrize("passed", [4, 9])
def test_days_used_up_are_not_taken_from_what_came_after_them(pair: Pair, passed: int) -> None:
    pair.pay()
    work(pair.till)
    pair.till.clock.advance(days=passed)
    pair.till.grant(pair.anna, "bought", days=30)
    pair.refund()
    work(pair.till)

    assert pair.end() == pair.till.clock() + timedelta(days=30)


def test_a_gift_that_is_long_over_takes_nothing_of_what_was_bought_since(pair: Pair) -> None:
    pair.pay()
    work(pair.till)
    pair.till.clock.advance(days=11)
    pair.till.grant(pair.anna, "bought", days=30)
    pair.refund()
    work(pair.till)

    assert pair.end() == pair.till.clock() + timedelta(days=30)
    assert pair.row().state is State.TAKEN_BACK


def test_a_part_of_the_price_refunded_leaves_the_gift(pair: Pair) -> None:
    pair.pay()
    work(pair.till)
    pair.refund(kopecks=100_00)
    work(pair.till)

    assert pair.seen().days_earned == 10
    pair.refund(kopecks=99_00, part=1)
    work(pair.till)
    assert pair.seen().days_earned == 0


def test_the_refund_of_a_later_payment_leaves_the_gift(pair: Pair) -> None:
    pair.pay(1)
    pair.pay(2)
    work(pair.till)
    pair.refund(2)
    work(pair.till)

    assert (pair.seen().days_earned, pair.told(TAKEN_BACK)) == (10, [])


def test_after_a_refund_a_later_payment_is_not_the_first(pair: Pair) -> None:
    pair.pay(1)
    work(pair.till)
    pair.refund(1)
    work(pair.till)
    pair.pay(2)
    work(pair.till)

    assert pair.seen().days_earned == 0
    assert len(pair.told(EARNED)) == 1


def test_a_refund_before_the_gift_leaves_nothing_to_give_or_to_tell(pair: Pair) -> None:
    pair.pay()
    pair.refund()
    for _ in range(3):
        work(pair.till)

    assert (pair.end(), pair.told(EARNED), pair.told(TAKEN_BACK)) == (None, [], [])
    assert (pair.row().state, pair.row().days) == (State.TAKEN_BACK, 0)


def test_with_notify_service_away_the_days_come_at_once_and_the_word_later(pair: Pair) -> None:
    pair.pay()
    pair.till.notify.wire.down = True
    for _ in range(3):
        with pytest.raises(Unavailable):
            work(pair.till)
    assert pair.end() == pair.till.clock() + TEN_DAYS
    assert pair.seen().days_earned == 10

    pair.till.notify.wire.down = False
    work(pair.till)
    work(pair.till)
    assert len(pair.told(EARNED)) == 1


def test_a_notify_service_that_does_not_answer_is_waited_for_once(till: Till) -> None:
    """Each wait may last for ten seconds, and access does not wait for words."""
    pairs = [a_pair(till, number) for number in range(3)]
    for pair in pairs:
        pair.pay()
    till.sweep()
    till.notify.wire.lost = True
    with pytest.raises(Unavailable):
        work(till)

    assert len(till.said(EARNED)) == 1
    assert [pair.end() for pair in pairs] == [till.clock() + TEN_DAYS] * 3

    till.notify.wire.lost = False
    work(till)
    assert [len(pair.told(EARNED)) for pair in pairs] == [1, 1, 1]


def test_a_word_whose_answer_was_lost_is_not_said_twice(pair: Pair) -> None:
    pair.pay()
    pair.till.notify.wire.lost = True
    with pytest.raises(Unavailable):
        work(pair.till)
    pair.till.notify.wire.lost = False
    work(pair.till)

    assert len(pair.told(EARNED)) == 1
    assert pair.row().state is State.EARNED
