"""Whatever is cut off at whatever step is finished later, once."""

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from common.errors import Unavailable
from common.storage.protocol import Collection, Database
from main_api.access.changes import AccessChanges
from main_api.access.service import AccessService
from main_api.jobs.registry import JOBS
from main_api.payments.deciding import Deciding
from main_api.payments.facts import FactStore
from main_api.payments.messages import Messages
from main_api.payments.orders import OrderStore
from main_api.payments.room import at_once
from main_api.payments.settlement import Settlement
from main_api.users.store import UserStore
from models.codes import FactKind, NoticeKind, OrderStatus
from models.payments import PaymentFact
from tests.support.till import PRICE, Till, fact_of

WRITES = {"insert_one", "update_one", "find_one_and_update"}


class Killed(BaseException):
    """The process ended here."""


class Mortal:
    """A database whose process is killed at its `at`-th write: before it, or right after it."""

    def __init__(self, real: Database, at: int, *, after: bool) -> None:
        self.real, self.at, self.after = real, at, after
        self.writes = 0
        self.thread = threading.get_ident()

    def __getitem__(self, name: str) -> Any:
        return self.collection(name)

    def collection(self, name: str) -> Any:
        return MortalCollection(self, self.real[name])

    def ping(self) -> None:
        self.real.ping()

    def close(self) -> None:
        pass

    def write(self, act: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if threading.get_ident() != self.thread:
            return act(*args, **kwargs)
        self.writes += 1
        if self.writes == self.at and not self.after:
            raise Killed
        done = act(*args, **kwargs)
        if self.writes == self.at:
            raise Killed
        return done


class MortalCollection:
    def __init__(self, database: Mortal, real: Collection) -> None:
        self._database, self._real = database, real

    def __getattr__(self, name: str) -> Any:
        act = getattr(self._real, name)
        if name not in WRITES:
            return act
        return lambda *args, **kwargs: self._database.write(act, *args, **kwargs)


def mortal_settlement(till: Till, database: Database) -> Settlement:
    users = UserStore(database)
    changes = AccessChanges(database, users, till.deps.vpn.servers.addresses)
    push = till.deps.vpn.fan_out.push
    access = AccessService(changes, push, till.clock, trial_days=3, max_access_days=1100)
    facts = FactStore(database)
    deciding = Deciding(facts, OrderStore(database), access, till.deps.referrals, till.clock)
    messages = Messages(facts, users, till.deps.notify, till.clock, owner_telegram_id=1)
    return Settlement(facts, deciding, messages, till.clock, at_once)


def killed_at(till: Till, fact: PaymentFact, at: int, *, after: bool) -> bool:
    """False when the work ended before that write."""
    database = Mortal(till.deps.db, at, after=after)
    try:
        mortal_settlement(till, database).confirm(fact)
    except Killed:
        return True
    return False


def customer(till: Till, number: int) -> str:
    """Another person with an order to pay."""
    till.user_id = till.register(1000 + number).user_id
    return till.order().payment_id


def refund_of(order_id: str, step: int) -> PaymentFact:
    return fact_of(
        order_id, f"back-{step}", kind=FactKind.REFUNDED, paid_kopecks=PRICE,
        payment_external_id=f"op-{step}",
    )  # fmt: skip


def said_of(till: Till, kind: NoticeKind, order_id: str) -> int:
    return len([notice for notice in till.said(kind) if notice.params["order_id"] == order_id])


@pytest.mark.parametrize("after", [False, True])
def test_a_kill_at_any_write_leaves_a_payment_that_is_granted_once(
    till: Till, *, after: bool
) -> None:
    step, killed = 0, True
    while killed:
        step += 1
        order_id = customer(till, step)
        fact = fact_of(order_id, f"op-{step}")
        killed = killed_at(till, fact, step, after=after)
        if step == 1 and not after:
            till.confirm(fact)  # nothing was taken, so payments_webhook repeats it
        till.sweep()

        assert till.status(order_id) == OrderStatus.GRANTED, step
        assert said_of(till, NoticeKind.PAYMENT_RECEIVED, order_id) == 1, step
        assert till.record(till.user_id).applied == [order_id], step
        assert till.stored_fact(f"yoomoney:succeeded:op-{step}")["told"] is True
    assert step > 6  # fact, order paid, access, order granted, decision, told: each was a kill


@pytest.mark.parametrize("after", [False, True])
def test_a_kill_at_any_write_of_a_refund_takes_back_once(till: Till, *, after: bool) -> None:
    step, killed = 0, True
    while killed:
        step += 1
        order_id = customer(till, step)
        till.pay(order_id, f"op-{step}")
        till.pay(order_id, f"again-{step}")
        back = refund_of(order_id, step)
        killed = killed_at(till, back, step, after=after)
        if step == 1 and not after:
            till.confirm(back)
        till.sweep()

        assert till.status(order_id) == OrderStatus.REFUNDED, step
        first, _, *later = till.record(till.user_id).applied
        assert (first, later) == (order_id, [f"refund:{order_id}"]), step
        assert said_of(till, NoticeKind.PAYMENT_REFUNDED, order_id) == 1, step
    assert step > 4  # fact, access, order refunded, decision, told


@pytest.mark.parametrize("second", [False, True])
def test_a_refund_that_comes_between_a_kill_and_its_repair_leaves_no_access(
    till: Till, *, second: bool
) -> None:
    step, killed = 0, True
    while killed:
        step += 1
        order_id = customer(till, step)
        if second:
            till.pay(order_id, f"first-{step}")
        before = till.end()
        killed = killed_at(till, fact_of(order_id, f"op-{step}"), step, after=True)
        with suppress(Unavailable):
            till.confirm(refund_of(order_id, step))
        till.sweep()

        assert till.confirm(refund_of(order_id, step)).outcome == "refunded", step
        end = till.end()
        assert end == before or (before is None and end is not None and end <= till.clock()), step
    assert step > 4


def test_confirmation_does_not_wait_for_messages_which_come_later(till: Till) -> None:
    order_id = till.order().payment_id
    till.notify.wire.down = True

    assert till.pay(order_id) == "granted"
    till.sweep()
    assert till.notify.notices == {}
    till.notify.wire.down = False
    till.sweep()
    till.sweep()

    assert len(till.said(NoticeKind.PAYMENT_RECEIVED)) == 1


def test_a_message_whose_answer_was_lost_is_not_said_twice(till: Till) -> None:
    till.notify.wire.lost = True
    till.pay(till.order().payment_id)
    till.sweep()
    till.notify.wire.lost = False
    till.sweep()
    till.sweep()  # the first attempt's own thread may have put it off after the other sweep

    assert len(till.said(NoticeKind.PAYMENT_RECEIVED)) == 1
    assert till.stored_fact("yoomoney:succeeded:op-1")["told"] is True


def test_servers_that_are_down_do_not_hold_up_the_money(till: Till) -> None:
    till.germany.wire.down = True

    assert till.pay(till.order().payment_id) == "granted"

    assert till.record(till.user_id).pending == ["de.test:8443"]


def test_a_refund_waits_for_a_payment_that_is_just_being_taken(till: Till) -> None:
    order_id = till.order().payment_id
    assert killed_at(till, fact_of(order_id, "op-1"), 2, after=False)
    back = fact_of(order_id, "back-1", kind=FactKind.REFUNDED, payment_external_id="op-1")

    with pytest.raises(Unavailable):
        till.confirm(back)
    till.sweep()
    till.sweep()

    assert till.confirm(back).outcome in ("refunded", "ignored")
    assert till.end() in (None, till.clock())


def test_one_payment_that_meets_a_bug_does_not_hold_up_the_others(till: Till) -> None:
    poisoned, sound = till.order().payment_id, till.order("m3").payment_id
    for number, order_id in enumerate((poisoned, sound)):
        assert killed_at(
            till, fact_of(order_id, f"op-{number}", paid_kopecks=10**6), 2, after=False
        )
    database = till.deps.db
    database["orders"].update_one({"_id": poisoned}, {"$set": {"status": "no such status"}})

    till.sweep()

    assert till.status(sound) == OrderStatus.GRANTED


def test_the_jobs_process_has_the_sweep() -> None:
    assert JOBS["settle_payments"].seconds <= 1
