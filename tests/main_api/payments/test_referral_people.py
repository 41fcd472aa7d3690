"""Inviters on trial, over the maximum, banned or gone, and friends who have left."""

from datetime import timedelta
from pathlib import Path

import pytest

from main_api.mongo_api.collections import REFERRALS
from main_api.referrals.store import State
from models.codes import NoticeKind
from tests.main_api.payments.referred import Pair, a_pair, work
from tests.support.storage import mongomock_database
from tests.support.till import Till

EARNED, TAKEN_BACK = NoticeKind.REFERRAL_EARNED, NoticeKind.REFERRAL_TAKEN_BACK
TEN_DAYS = timedelta(days=10)


@pytest.fixture
def pair(till: Till) -> Pair:
    return a_pair(till)


def test_the_gift_is_no_payment_of_the_inviter(pair: Pair) -> None:
    pair.pay()
    work(pair.till)

    anna = pair.till.record(pair.anna)
    assert (anna.ever_paid, anna.has_trial, anna.paid_at) == (False, False, None)
    pair.till.bot.take_trial(pair.anna)
    assert pair.till.record(pair.anna).has_trial


def test_on_trial_the_gift_comes_on_top_and_it_stays_a_trial(pair: Pair) -> None:
    end = pair.till.bot.take_trial(pair.anna).expires_at
    pair.pay()
    work(pair.till)

    assert end
    assert pair.end() == end + TEN_DAYS
    assert pair.till.record(pair.anna).has_trial


def test_the_gift_may_go_beyond_the_maximum_that_is_set_for_the_operator(pair: Pair) -> None:
    pair.till.grant(pair.anna, "long", days=1100)
    pair.pay()
    work(pair.till)

    assert pair.end() == pair.till.clock() + timedelta(days=1110)


def test_an_inviter_who_has_left_gets_nothing_and_holds_up_nobody(till: Till) -> None:
    gone, other = a_pair(till, 1), a_pair(till, 2)
    till.deps.removal.remove(gone.anna)
    gone.pay()
    other.pay()
    work(till)
    gone.refund()
    work(till)

    assert gone.row().state is State.CLOSED
    assert other.seen().days_earned == 10
    assert gone.told(EARNED) == gone.told(TAKEN_BACK) == []


def test_an_inviter_who_leaves_with_the_gift_has_nothing_taken_back(pair: Pair) -> None:
    pair.pay()
    work(pair.till)
    pair.till.deps.removal.remove(pair.anna)
    pair.refund()
    work(pair.till)

    assert pair.row().state is State.CLOSED
    assert pair.told(TAKEN_BACK) == []


def test_a_friend_who_leaves_after_paying_and_has_it_refunded_takes_the_gift_along(
    pair: Pair,
) -> None:
    pair.pay()
    work(pair.till)
    pair.till.deps.removal.remove(pair.boris)
    pair.refund()
    work(pair.till)

    assert pair.seen().days_earned == 0
    assert pair.end() == pair.till.clock()


def test_with_the_reward_off_payments_are_counted_and_earn_nothing(tmp_path: Path) -> None:
    till = Till(tmp_path, db=mongomock_database(), referral_days=0)
    pair = a_pair(till)
    pair.pay()
    work(till)

    seen = pair.seen()
    assert (seen.reward_days, seen.paid, seen.days_earned) == (0, 1, 0)
    assert (pair.end(), pair.told(EARNED)) == (None, [])
    till.close()


def test_a_banned_inviter_is_credited_and_not_told(pair: Pair) -> None:
    pair.till.deps.users.set(pair.anna, {"banned": True})
    pair.pay()
    work(pair.till)

    assert pair.end() == pair.till.clock() + TEN_DAYS
    assert not pair.till.record(pair.anna).active_at(pair.till.clock())
    assert (pair.told(EARNED), pair.row().state) == ([], State.EARNED)


def test_a_friend_who_was_not_counted_before_a_kill_is_counted_with_the_payment(
    pair: Pair,
) -> None:
    pair.till.deps.db[REFERRALS].delete_one({"_id": pair.boris})
    assert pair.seen().invited == 0
    pair.pay()
    work(pair.till)

    seen = pair.seen()
    assert (seen.invited, seen.paid, seen.days_earned) == (1, 1, 10)
