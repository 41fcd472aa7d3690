"""Whatever is cut off, repeated or done at once: the gift is given once, or not at all."""

import itertools
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.errors import Unavailable
from main_api.referrals.store import State
from models.codes import NoticeKind
from tests.main_api.payments.referred import Pair, a_pair, confirm_through, work
from tests.support.interrupted import Interrupted, Killed, killed
from tests.support.till import Till

EARNED, TAKEN_BACK = NoticeKind.REFERRAL_EARNED, NoticeKind.REFERRAL_TAKEN_BACK
TEN_DAYS = timedelta(days=10)
NUMBERS = itertools.count(1)


def a_subscriber_and_a_friend(till: Till) -> tuple[Pair, datetime]:
    """Anna has a year anyway, so that what is given and taken is seen to the second."""
    number = next(NUMBERS)
    pair = a_pair(till, number)
    end = till.grant(pair.anna, f"anyway-{number}", days=365).expires_at
    return pair, end


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("refunded", [False, True])
def test_a_kill_at_any_write_of_the_job_is_made_up_for(
    till: Till, *, refunded: bool, after: bool
) -> None:
    step, came = 0, True
    while came:
        step += 1
        pair, end = a_subscriber_and_a_friend(till)
        pair.pay()
        if refunded:
            work(till)
            pair.refund()
        database = Interrupted(till.deps.db, step, killed, after=after)
        with suppress(Killed):
            work(till, database)
        came = database.came
        work(till)

        assert pair.end() == (end if refunded else end + TEN_DAYS), step
        assert len(pair.told(EARNED)) == 1, step
        assert len(pair.told(TAKEN_BACK)) == refunded, step
    assert step > 3  # access, state, told


@pytest.mark.parametrize("after", [False, True])
def test_a_kill_at_any_write_of_a_first_payment_still_earns_once(
    till: Till, *, after: bool
) -> None:
    step, came = 0, True
    while came:
        step += 1
        pair, end = a_subscriber_and_a_friend(till)
        fact = pair.payment(1)
        database = Interrupted(till.deps.db, step, killed, after=after)
        with suppress(Killed):
            confirm_through(till, database, fact)
        came = database.came
        till.confirm(fact)
        till.sweep()
        work(till)

        assert pair.end() == end + TEN_DAYS, step
        assert pair.row().paid_by == f"yoomoney:succeeded:{fact.external_id}", step
    assert step > 7  # fact, paid, access, granted, state of the invitation, decision, told


@pytest.mark.parametrize("after", [False, True])
def test_a_refund_at_any_moment_of_the_job_leaves_nothing(till: Till, *, after: bool) -> None:
    """Another process takes the refund, and runs the job, while this one is in the midst of it."""
    step, came = 0, True
    while came:
        step += 1
        pair, end = a_subscriber_and_a_friend(till)
        pair.pay()

        def rival(pair: Pair = pair) -> None:
            pair.refund()
            work(till)

        database = Interrupted(till.deps.db, step, rival, after=after)
        work(till, database)
        came = database.came
        if not came:
            rival()
        work(till)

        assert pair.end() == end, step
        assert pair.row().state is State.TAKEN_BACK, step
    assert step > 3


def test_a_grant_that_is_late_by_a_whole_refund_adds_nothing(till: Till) -> None:
    """The job had read that days are owed; all else happened before it went on."""
    pair, end = a_subscriber_and_a_friend(till)
    pair.pay()

    def rival() -> None:
        pair.refund()
        work(till)
        assert pair.row().state is State.TAKEN_BACK

    work(till, Interrupted(till.deps.db, 1, rival))

    assert pair.end() == end
    assert (pair.told(EARNED), pair.told(TAKEN_BACK)) == ([], [])
    assert pair.row().days == 0


class Play:
    """What a shop can be put through: `acts` at once, or one inside another, or killed."""

    def __init__(self, till: Till) -> None:
        self.till = till
        self.pair, self.end = a_subscriber_and_a_friend(till)
        self.paid: set[int] = set()
        self.refunded: set[int] = set()

    def act(self, name: str, number: int, database: Interrupted | None = None) -> None:
        through = database or self.till.deps.db
        with suppress(Unavailable):  # the payment is just being taken: it is sent again
            if name == "work":
                work(self.till, database)
            elif name == "pay":
                self.paid.add(number)
                confirm_through(self.till, through, self.pair.payment(number))
            elif number in self.paid:
                self.refunded.add(number)
                confirm_through(self.till, through, self.pair.refund_of(number))

    def interrupted(
        self, name: str, number: int, at: int, happens: Callable[[], None], *, after: bool
    ) -> None:
        database = Interrupted(self.till.deps.db, at, happens, after=after)
        with suppress(Killed):
            self.act(name, number, database)

    def settle(self) -> None:
        """Senders repeat until they have an answer, and the jobs run on."""
        for name, numbers in (("pay", self.paid), ("refund", self.refunded)):
            for number in sorted(numbers):
                self.act(name, number)
        for _ in range(2):
            self.till.sweep()
            work(self.till)

    def is_granted(self, number: int) -> bool:
        fact_id = f"yoomoney:succeeded:{self.pair.name}-{number}"
        return bool(self.till.stored_fact(fact_id)["outcome"] == "granted")

    def check(self) -> None:
        row, told = self.pair.row(), len(self.pair.told(EARNED))
        earned = [n for n in self.paid if row.paid_by.endswith(f"{self.pair.name}-{n}")]
        keeps = bool(earned) and earned[0] not in self.refunded
        assert self.pair.end() == (self.end + TEN_DAYS if keeps else self.end)
        assert row.state in ((State.EARNED,) if keeps else (State.INVITED, State.TAKEN_BACK))
        if any(self.is_granted(number) for number in self.paid):
            assert earned
        if keeps:
            assert (told, len(self.pair.told(TAKEN_BACK))) == (1, 0)
        if self.paid and not self.refunded:
            assert keeps


ACT = st.tuples(st.sampled_from(["pay", "work", "refund"]), st.sampled_from([1, 2]))
MEANWHILE = st.one_of(st.none(), st.none(), st.just("kill"), ACT)
STEP = st.tuples(ACT, st.integers(1, 9), st.booleans(), MEANWHILE)


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=st.lists(STEP, min_size=3, max_size=10))
def test_in_any_order_and_at_once_the_gift_is_there_or_it_is_not(
    till: Till, steps: list[tuple[tuple[str, int], int, bool, str | tuple[str, int] | None]]
) -> None:
    play = Play(till)
    for (name, number), at, after, meanwhile in steps:
        if meanwhile is None:
            play.act(name, number)
            continue
        happens = killed
        if isinstance(meanwhile, tuple):
            rival, other = meanwhile

            def happens(rival: str = rival, other: int = other) -> None:
                play.act(rival, other)

        play.interrupted(name, number, at, happens, after=after)
    play.settle()
    play.check()
