"""What is slow: a thread that takes money and stands still, a neighbour that does not answer."""

from contextlib import suppress
from datetime import timedelta
from functools import partial

import pytest

from common.errors import Unavailable
from main_api.referrals.store import State
from models.codes import NoticeKind, OrderStatus
from tests.main_api.payments.referred import Pair, a_pair, confirm_through, work
from tests.support.interrupted import Interrupted
from tests.support.till import PRICE, Till, fact_of
from tests.support.waiting import wait_until

LEFT_ALONE = timedelta(seconds=30)


def refunded_meanwhile(pair: Pair) -> None:
    """The payment is left undecided for so long that the job takes it up, then the refund."""
    with suppress(Unavailable):
        pair.refund()
    pair.till.clock.now += LEFT_ALONE
    pair.till.sweep()
    pair.refund()
    work(pair.till)


@pytest.mark.parametrize("after", [False, True])
def test_what_it_does_when_it_goes_on_gives_nothing_to_anybody(till: Till, *, after: bool) -> None:
    step, came = 0, True
    while came:
        step += 1
        pair = a_pair(till, 2 * step + after)
        anna = till.grant(pair.anna, "her-own", days=60).expires_at
        fact = pair.payment(1)
        meanwhile = partial(refunded_meanwhile, pair)
        database = Interrupted(till.deps.db, step, meanwhile, after=after)
        with suppress(Unavailable):
            confirm_through(till, database, fact)
        came = database.came
        if not came:
            pair.refund()
        work(till)
        work(till)

        assert not till.record(pair.boris).active_at(till.clock()), step
        assert pair.end() == anna, step
        # a refund that came before anybody had heard of the payment is the owner's to look at
        assert pair.row().state in (State.TAKEN_BACK, State.INVITED), step
        assert till.status(fact.order_id) == OrderStatus.REFUNDED, step
    assert step > 5


def test_too_little_that_went_back_before_it_was_decided_counts_for_nothing(till: Till) -> None:
    """The right sum, paid later, is the first payment."""
    pair = a_pair(till)
    order = pair.order(1)
    small = fact_of(order, "small", paid_kopecks=PRICE - 1)
    till.confirm(pair.refund_of(1).model_copy(update={"payment_external_id": "small"}))
    till.confirm(small)

    assert till.confirm(pair.payment(2, order)).outcome == "granted"
    assert pair.row().state is State.OWED


def test_a_sweep_waits_once_for_a_notify_service_that_does_not_answer(till: Till) -> None:
    """Money that is to be decided comes with the next one."""
    till.notify.wire.down = True
    for number in range(3):
        till.pay(till.order(request_key=f"press-{number}").payment_id, f"op-{number}")
    facts, later = till.deps.db["payment_facts"], {"tell_at": {"$gt": till.clock()}}
    wait_until(lambda: facts.count_documents(later) == 3)
    till.notify.wire.down, till.notify.wire.lost = False, True

    till.sweep()
    assert len(till.notify.notices) == 1

    till.notify.wire.lost = False
    till.sweep()
    till.sweep()
    assert len(till.said(NoticeKind.PAYMENT_RECEIVED)) == 3
