"""From the inbox to main_api: until it is taken, across restarts, at once when it can be."""

import time
from pathlib import Path

from common.errors import Invalid, Unavailable
from models.payments import PaymentFact
from payments_webhook.worker import LOOK_SECONDS, OneProcess, Worker
from tests.support.desk import Desk
from tests.support.wallet import signed

FORM = "application/x-www-form-urlencoded"


def notify(desk: Desk, operation: str = "1") -> None:
    body = signed(operation_id=operation)
    assert desk.http.post("/yoomoney", data=body, content_type=FORM).status_code == 200


def test_main_api_being_down_for_a_while_loses_nothing(desk: Desk) -> None:
    desk.main.wire.down = True
    for number in range(5):
        notify(desk, str(number))
    desk.settle()
    desk.later(minutes=10)
    desk.main.wire.down = False

    assert len(desk.later(minutes=1)) == 5
    assert desk.deps.inbox.waiting() == 0


def test_a_lost_answer_is_repeated_and_taken_as_known(desk: Desk) -> None:
    desk.main.wire.lost = True
    notify(desk)
    desk.settle()
    desk.main.wire.lost = False
    desk.later(seconds=1)

    assert (len(desk.main.facts), desk.main.calls) == (1, 2)
    assert desk.rows()[0]["outcome"] == "delivered:already_granted"


def test_a_refusal_is_no_reason_to_forget_money(desk: Desk) -> None:
    for refusal in (Invalid("a field is new to it"), Unavailable("the database is away")):
        desk.main.refuses = refusal
        notify(desk)
        desk.settle()
        desk.later(minutes=1)
    desk.main.refuses = None

    assert len(desk.later(minutes=1)) == 1


def test_what_was_acknowledged_is_delivered_after_a_restart(desk: Desk) -> None:
    notify(desk)
    desk.deps.store.close()

    desk.restart()

    assert len(desk.settle()) == 1


def test_a_verified_fact_needs_no_provider_any_more(desk: Desk) -> None:
    desk.checkout()
    desk.pay_by_yookassa()
    desk.main.wire.down = True
    desk.settle()
    desk.main.wire.down = False
    desk.control("faults", {"provider": "yookassa", "mode": "500", "calls": 100})

    assert len(desk.later(seconds=1)) == 1


def test_a_kill_after_verifying_leaves_no_paid_order_open_for_paying(desk: Desk) -> None:
    desk.checkout()
    desk.pay_by_yookassa()
    (kept,) = desk.deps.inbox.due(9)
    fact = desk.deps.providers[kept.event.provider].verify(kept.event)
    assert isinstance(fact, PaymentFact)
    desk.deps.inbox.verified(kept.id, fact)
    desk.deps.store.close()

    desk.restart()
    desk.settle()

    assert b'data-state="paid"' in desk.http.get("/pay/order-1").data


def test_the_worker_delivers_within_a_tenth_of_a_second(desk: Desk) -> None:
    desk.start_worker()
    desk.checkout()
    desk.pay_by_yookassa("order-1", action="leave")
    seconds = []
    for number in range(5):
        desk.main.took.clear()
        began = time.perf_counter()
        notify(desk, str(number))
        assert desk.main.took.wait(30)
        seconds.append(time.perf_counter() - began)

    assert sorted(seconds)[2] < 0.1


def test_the_worker_goes_on_by_itself_when_main_api_returns(desk: Desk) -> None:
    desk.main.wire.down = True
    desk.start_worker()
    notify(desk)
    time.sleep(0.1)
    desk.main.wire.down = False
    desk.clock.advance(seconds=60)

    assert desk.main.took.wait(30)


def test_a_hanging_provider_holds_up_no_other_event(desk: Desk) -> None:
    desk.checkout()
    payment_id = desk.to_yookassa().partition("orderId=")[2]
    desk.control("faults", {"provider": "yookassa", "mode": "hang", "seconds": 2, "calls": 3})
    desk.start_worker()
    for _ in range(3):
        desk.yookassa_event("payment.succeeded", payment_id)
    notify(desk)

    assert desk.main.took.wait(1)


def test_only_one_process_delivers_and_another_takes_over(tmp_path: Path) -> None:
    first, second = OneProcess(tmp_path / "lock"), OneProcess(tmp_path / "lock")

    assert (first.taken(), second.taken(), first.taken()) == (True, False, True)
    first.release()

    assert second.taken()
    second.release()


def test_reconciliation_goes_on_after_a_lock_that_could_not_be_opened(
    desk: Desk, tmp_path: Path
) -> None:
    """No descriptor was free at that moment; here the folder comes later."""
    desk.checkout()
    desk.control("switches", {"drop": -1})
    desk.pay_by_wallet()
    lock = OneProcess(tmp_path / "later" / "lock")
    worker = Worker(desk.deps.delivery, desk.deps.inbox, desk.deps.providers.values(), lock)
    worker.start()
    time.sleep(LOOK_SECONDS + 0.1)
    (tmp_path / "later").mkdir()

    told = desk.main.took.wait(30)
    worker.stop()
    assert told


def test_an_event_of_a_provider_that_was_switched_off_waits(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    notify(desk)
    whole = desk.settings
    off = {"yoomoney_wallet": None, "yoomoney_secret": None, "yoomoney_token": None}
    desk.settings = whole.model_copy(update=off)
    desk.restart()
    assert desk.settle() == []

    desk.settings = whole
    desk.restart()

    assert len(desk.later(minutes=1)) == 1
    desk.close()
