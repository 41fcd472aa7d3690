"""A broadcast when people, Telegram, main_api, the database or this service fail it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from common.telegram.gate import Traffic
from models.codes import NoticeKind
from notify_service.broadcast.recipients import COLLECTION, LEASE
from notify_service.broadcast.sending import REFUSALS_IN_A_ROW
from tests.common.telegram.emulated import ANYA, Telegram
from tests.notify_service.casting import ADMIN, Casting
from tests.notify_service.house import House, house


@pytest.fixture
def cast(house: House) -> Casting:
    return Casting(house)


@pytest.fixture(name="impatient")
def _impatient(telegram: Telegram, tmp_path: Path) -> Iterator[Casting]:
    with house(telegram, tmp_path, read_seconds=0.15) as built:
        yield Casting(built)


def forget_the_run(cast: Casting) -> None:
    """As after a kill -9: the claims are another run's."""
    rows = cast.house.database.collection(COLLECTION)
    rows.update_many({"state": "sending"}, {"$set": {"run": "killed"}})


def test_who_has_blocked_the_bot_is_counted_and_marked(cast: Casting) -> None:
    people = cast.invite(4)
    cast.house.telegram.block(people[0])
    cast.begin()
    cast.work()

    assert (cast.told().sent, cast.told().blocked) == (3, 1)
    assert cast.house.shop.users[people[0]].blocked


def test_a_mark_that_main_api_missed_is_told_later(cast: Casting) -> None:
    people = cast.invite(2)
    cast.house.telegram.block(people[0])
    cast.begin()
    cast.freeze()
    cast.house.main_api_wire.down = True
    cast.work()
    assert cast.told().state == "done"
    assert not cast.house.shop.users[people[0]].blocked

    cast.house.main_api_wire.down = False
    cast.house.deps.broadcast.runner.house._tell_at = 0.0
    cast.house.deps.broadcast.runner.house.step()

    assert cast.house.shop.users[people[0]].blocked


def test_a_person_telegram_does_not_know_is_not_said_to_have_left(cast: Casting) -> None:
    cast.invite(1)
    cast.house.shop.add(555)
    cast.begin()
    cast.work()

    assert cast.states()[555] == "blocked"
    assert not cast.house.shop.users[555].blocked


def test_a_flood_answer_puts_the_person_back_and_a_second_holds_all(cast: Casting) -> None:
    cast.invite(3)
    for _ in range(2):
        cast.house.telegram.fault(method="copyMessage", code=429, parameters={"retry_after": 7})
    cast.begin()
    cast.freeze()
    gate = cast.house.deps.broadcast.runner.gate
    assert cast.serve(1) == 1
    assert gate.try_enter(Traffic.BROADCAST) < 1
    assert cast.serve(1) == 1

    assert set(cast.states().values()) == {"waiting"}
    assert gate.try_enter(Traffic.BROADCAST) > 6
    cast.house.elapsed.seconds += 8
    cast.work()
    assert set(cast.copies().values()) == {1}


def test_a_broadcast_passes_a_held_chat_by_and_comes_back_to_it(cast: Casting) -> None:
    people = cast.invite(3)
    cast.house.telegram.fault(
        method="copyMessage", chat_id=people[0], code=429, parameters={"retry_after": 7}
    )
    cast.begin()
    cast.freeze()
    runner = cast.house.deps.broadcast.runner
    cast.serve()

    assert [cast.copies()[person] for person in people] == [0, 1, 1]
    assert len(cast.house.telegram.calls("copyMessage")) == 3
    assert not runner.recipients.any_in("cast", "waiting", beside=runner.gate.held_chats())
    cast.house.elapsed.seconds += 8
    cast.work()
    assert (cast.told().state, cast.copies()[people[0]]) == ("done", 1)


def test_while_telegram_is_away_everybody_waits(cast: Casting) -> None:
    cast.invite(2)
    cast.house.telegram.fault(method="copyMessage", code=502, times=3, body="<html>")
    cast.begin()
    cast.work()

    assert set(cast.copies().values()) == {1}
    assert (cast.told().sent, cast.told().failed) == (2, 0)


def test_an_answer_that_does_not_come_is_unknown_and_no_second_copy_follows(
    impatient: Casting,
) -> None:
    people = impatient.invite(3)
    impatient.house.telegram.fault(method="copyMessage", chat_id=people[1], after_sleep=0.4)
    impatient.begin()
    impatient.work()

    assert (impatient.told().sent, impatient.told().unknown) == (2, 1)
    assert impatient.copies()[people[1]] == 1


def test_claims_of_an_earlier_run_are_unknown_and_never_sent_again(cast: Casting) -> None:
    cast.invite(3)
    cast.begin()
    cast.freeze()
    recipients = cast.house.deps.broadcast.recipients
    torn = recipients.claim("cast", cast.house.clock(), leaving="waiting", to="sending")
    assert torn is not None
    forget_the_run(cast)
    cast.house.deps.broadcast.runner.house.ready = False  # as at the start of a run
    cast.work()

    assert cast.states()[torn.telegram_id] == "unknown"
    assert cast.copies()[torn.telegram_id] == 0
    assert cast.told().sent == 2


def test_a_claim_over_its_lease_is_unknown_until_its_claimant_tells_better(cast: Casting) -> None:
    cast.invite(1)
    cast.begin()
    cast.freeze()
    recipients, clock = cast.house.deps.broadcast.recipients, cast.house.clock
    claimed = recipients.claim("cast", clock(), leaving="waiting", to="sending")
    assert claimed is not None
    assert recipients.give_up_lost_claims("cast", clock()) == 0
    clock.advance(seconds=LEASE.total_seconds())
    assert recipients.give_up_lost_claims("cast", clock()) == 1

    recipients.finish(claimed, "sent", clock(), message_id=5)

    assert set(cast.states().values()) == {"sent"}


def test_a_taking_back_that_was_cut_off_is_done_again(cast: Casting) -> None:
    cast.invite(2)
    cast.begin()
    cast.work()
    cast.house.notices.delete_broadcast("cast")
    recipients = cast.house.deps.broadcast.recipients
    assert recipients.claim("cast", cast.house.clock(), leaving="sent", to="removing")
    cast.house.database.collection(COLLECTION).update_many(
        {"state": "removing"}, {"$set": {"run": "killed"}}
    )
    cast.house.deps.broadcast.runner.house.ready = False
    cast.work()

    assert (cast.told().state, cast.told().deleted) == ("deleted", 2)


def test_a_message_the_admin_deleted_stops_it_and_he_reads_why(cast: Casting) -> None:
    cast.house.shop.add(ADMIN, language="en", blocked=True)
    cast.invite(5)
    source = cast.write()
    cast.begin(source_message_id=source)
    cast.house.telegram.emulator.world.chats[ADMIN].messages[source].deleted = True
    cast.work()
    cast.house.deps.broadcast.runner.house.step()

    told = cast.told()
    assert (told.state, told.sent, told.waiting, told.failed) == ("stopped", 0, 4, 1)
    assert "message to copy not found" in told.why
    report = cast.house.telegram.texts(ADMIN)[-1]
    assert "was stopped" in report
    assert "message to copy not found" in report


def test_a_refusal_that_concerns_one_person_does_not_stop_it(cast: Casting) -> None:
    people = cast.invite(4)
    cast.house.telegram.fault(
        method="copyMessage", chat_id=people[1], code=400, text="Bad Request: USER_PRIVACY"
    )
    cast.begin()
    cast.work()

    assert (cast.told().state, cast.told().sent, cast.told().failed) == ("done", 3, 1)


def test_refusals_in_a_row_stop_it(cast: Casting) -> None:
    cast.invite(REFUSALS_IN_A_ROW + 3)
    cast.house.telegram.fault(
        method="copyMessage", times=100, code=400, text="Bad Request: SOMETHING_NEW"
    )
    cast.begin()
    cast.work()

    assert (cast.told().state, cast.told().failed) == ("stopped", REFUSALS_IN_A_ROW)


def test_while_main_api_is_away_the_freezing_waits(cast: Casting) -> None:
    people = cast.invite(5)
    cast.begin()
    runner = cast.house.deps.broadcast.runner
    runner.house.step()
    cast.house.main_api_wire.down = True
    for _ in range(3):
        runner.house._freeze_at = 0.0
        runner.house.step()
    assert cast.told().state == "running"
    cast.house.main_api_wire.down = False
    runner.house._freeze_at = 0.0
    cast.work()

    assert cast.copies() == dict.fromkeys(people, 1)


def test_a_receipt_goes_before_the_next_copy(telegram: Telegram, tmp_path: Path) -> None:
    with house(telegram, tmp_path, rate=10.0) as slow:
        cast = Casting(slow)
        cast.invite(20)
        cast.begin()
        cast.freeze()
        gate, runner = slow.deps.broadcast.runner.gate, slow.deps.broadcast.runner
        while gate.try_enter(Traffic.BROADCAST) == 0:
            cast.serve(1)
        slow.add(NoticeKind.OWNER_ALERT, ANYA, text="paid")
        wait = slow.deps.dispatcher.permit()
        slow.elapsed.seconds += wait
        assert gate.try_enter(Traffic.BROADCAST) > 0
        slow.deliver()

        assert len(telegram.texts(ANYA)) == 1
        assert runner.recipients.any_in("cast", "waiting")
