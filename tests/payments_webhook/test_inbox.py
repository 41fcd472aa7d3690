"""The inbox: what is acknowledged is there, copies stop nothing, strangers fill nothing."""

from pathlib import Path

import pytest

from common.clock import milliseconds
from models.codes import ProviderName
from payments_webhook.database import Store, StoreFailed
from payments_webhook.inbox import UNTRUSTED_AT_MOST, UNTRUSTED_PER_ORDER, Event, Inbox
from tests.support.clock import FakeClock
from tests.support.desk import Desk
from tests.support.wallet import signed


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def inbox(tmp_path: Path, clock: FakeClock) -> Inbox:
    return Inbox(Store(tmp_path / "inbox.sqlite3"), clock)


def event(external_id: str = "1", *, order: str = "", trusted: bool = True) -> Event:
    return Event(ProviderName.YOOKASSA, external_id, "payment.succeeded", order, {}, trusted)


def test_a_copy_opens_an_event_again_until_main_api_has_it(inbox: Inbox) -> None:
    inbox.put(event())
    inbox.close(inbox.due(9)[0], "forged")
    assert inbox.due(9) == []

    inbox.put(event())
    (kept,) = inbox.due(9)
    inbox.delivered(kept, "granted")
    inbox.put(event())

    assert inbox.due(9) == []


def test_a_copy_that_comes_while_the_first_is_worked_on_is_not_swallowed(inbox: Inbox) -> None:
    inbox.put(event())
    (at_work,) = inbox.due(9)
    inbox.put(event())
    inbox.close(at_work, "still pending there")

    assert len(inbox.due(9)) == 1


def test_retries_wait_longer_and_longer_but_never_over_half_a_minute(
    inbox: Inbox, clock: FakeClock
) -> None:
    inbox.put(event())
    waits = []
    for _ in range(12):
        inbox.later(inbox.due(9)[0])
        began = clock.now
        while not inbox.due(9):
            clock.advance(milliseconds=100)
        waits.append((clock.now - began).total_seconds())

    assert waits[:5] == [0.2, 0.4, 0.8, 1.6, 3.2]
    assert waits[-1] == 30


def test_many_copies_of_an_unpaid_payment_cost_few_questions(
    inbox: Inbox, clock: FakeClock
) -> None:
    asked = 0
    for _ in range(100):
        inbox.put(event())
        for kept in inbox.due(9):
            inbox.close(kept, "still pending there")
            asked += 1
        clock.advance(seconds=0.1)

    assert asked <= 11


def test_strangers_have_a_thousand_rows_for_a_day(inbox: Inbox, clock: FakeClock) -> None:
    with inbox._store.writing() as db:
        db.executemany(
            "INSERT INTO events (provider, external_id, event, order_id, body, trusted,"
            " received_at) VALUES ('yookassa', ?, 'payment.succeeded', '', '{}', 0, ?)",
            [(str(n), milliseconds(clock())) for n in range(UNTRUSTED_AT_MOST - 5)],
        )
    taken = [inbox.put(event(f"new-{n}", trusted=False)) for n in range(10)]
    assert taken == [True] * 5 + [False] * 5
    assert inbox.put(event("ours"))

    clock.advance(hours=25)
    assert inbox.forget_untrusted() == UNTRUSTED_AT_MOST
    assert inbox.put(event("new", trusted=False))
    assert inbox.has(ProviderName.YOOKASSA, "ours")


def test_who_knows_an_order_cannot_fill_the_inbox_with_it(inbox: Inbox) -> None:
    taken = [inbox.put(event(str(n), order="order-1", trusted=False)) for n in range(50)]

    assert taken.count(True) == UNTRUSTED_PER_ORDER
    assert inbox.put(event("x", order="order-2", trusted=False))


def test_forgeries_found_out_make_room_for_a_true_event_of_the_order(
    inbox: Inbox, clock: FakeClock
) -> None:
    for n in range(UNTRUSTED_PER_ORDER):
        inbox.put(event(str(n), order="order-1", trusted=False))
    clock.advance(minutes=2)
    assert not inbox.put(event("true", order="order-1", trusted=False))

    for kept in inbox.due(99):
        inbox.close(kept, "forged or foreign")

    assert inbox.put(event("true", order="order-1", trusted=False))
    assert [kept.event.external_id for kept in inbox.due(99)] == ["true"]


def test_a_payer_cannot_fill_the_inbox_with_refunds_of_his_own_payment(desk: Desk) -> None:
    desk.checkout()
    payment_id = desk.to_yookassa().partition("orderId=")[2]

    def refunded(number: int) -> int:
        refund_id = f"{number:08x}-000f-5000-a000-000000000000"
        about = {"id": refund_id, "payment_id": payment_id}
        event = {"event": "refund.succeeded", "object": about}
        return desk.http.post("/notification", json=event).status_code

    statuses = [refunded(number) for number in range(60)]

    assert statuses.count(200) == len(desk.rows()) == UNTRUSTED_PER_ORDER


def test_what_strangers_sent_holds_up_no_signed_event(inbox: Inbox, clock: FakeClock) -> None:
    for n in range(30):
        inbox.put(event(str(n), trusted=False))
    clock.advance(seconds=1)
    inbox.put(event("signed"))

    assert inbox.due(1)[0].event.external_id == "signed"


def test_strangers_are_slowed_down(desk: Desk) -> None:
    def sent(number: int) -> int:
        return desk.yookassa_event("payment.succeeded", f"{number:08x}-000f-5000-a000-000000000000")

    statuses = [sent(number) for number in range(60)]
    desk.clock.advance(seconds=2)

    assert (statuses.count(200), statuses.count(429)) == (50, 10)
    assert sent(61) == 200


def test_a_full_disk_is_503_and_nothing_is_half_kept(tmp_path: Path) -> None:
    desk = Desk(tmp_path, at_most_pages=24)
    statuses = []
    for number in range(400):
        body = signed(operation_id=f"{number:0128d}", label="x" * 64)
        form = "application/x-www-form-urlencoded"
        statuses.append(desk.http.post("/yoomoney", data=body, content_type=form).status_code)

    assert set(statuses) == {200, 503}
    assert len(desk.rows()) == statuses.count(200)
    assert desk.http.get("/health").status_code == 200
    desk.close()


def test_a_locked_file_is_503(desk: Desk) -> None:
    desk.deps.store.rows("PRAGMA busy_timeout=50")
    other = Store(desk.settings.state_dir / "payments.sqlite3")
    form = "application/x-www-form-urlencoded"
    with other.writing():
        locked = desk.http.post("/yoomoney", data=signed(), content_type=form)
    free = desk.http.post("/yoomoney", data=signed(), content_type=form)
    other.close()

    assert (locked.status_code, free.status_code) == (503, 200)


def test_a_broken_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "broken.sqlite3").write_bytes(b"not a database " * 100)

    with pytest.raises(StoreFailed):
        Store(tmp_path / "broken.sqlite3")


def test_commits_wait_for_the_disk(desk: Desk) -> None:
    (row,) = desk.deps.store.rows("PRAGMA synchronous")
    (mode,) = desk.deps.store.rows("PRAGMA journal_mode")

    assert (row[0], mode[0]) == (2, "wal")  # 2 = FULL


def test_the_day_of_strangers_does_not_end_for_verified_events(desk: Desk) -> None:
    desk.checkout()
    desk.control("switches", {"before_answer": True})
    desk.to_yookassa()
    desk.settle()
    desk.clock.advance(days=30)

    assert desk.deps.inbox.forget_untrusted() == 0
    assert len(desk.rows()) == 1
