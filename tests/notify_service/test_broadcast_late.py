"""What comes late to a broadcast: answers after its stop, second thoughts, the next one."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from models.broadcasts import Broadcast, BroadcastProgressMessage
from notify_service.broadcast.recipients import COLLECTION
from notify_service.broadcast.sending import REFUSALS_IN_A_ROW
from tests.notify_service.casting import ADMIN, Casting
from tests.notify_service.house import House


@pytest.fixture
def cast(house: House) -> Casting:
    return Casting(house)


def test_a_copy_under_way_when_it_was_stopped_is_taken_back_too(cast: Casting) -> None:
    """Its answer comes when all the others have been taken back already."""
    people = cast.invite(3)
    cast.begin()
    cast.freeze()
    cast.serve(2)
    room, now = cast.house.deps.broadcast, cast.house.clock()
    late = room.recipients.claim("cast", now, leaving="waiting", to="sending")
    assert late is not None
    cast.house.notices.stop_broadcast("cast")
    room.runner.house.step()
    cast.house.notices.delete_broadcast("cast")
    for _ in range(4):
        job = room.runner.store.current()
        while job and room.runner.deletion.remove_one(job):
            pass
        room.runner.house.step()
    assert cast.told().state == "deleting"

    sender = cast.house.deps.dispatcher.sender
    message = sender.copy_message(late.telegram_id, ADMIN, cast.write())
    room.recipients.finish(late, "sent", now, message_id=message)
    cast.work()

    assert (cast.told().state, cast.told().deleted) == ("deleted", 3)
    chats = cast.house.telegram.emulator.world.chats
    assert not any(one.from_bot for person in people for one in chats[person].visible())


def test_refusals_of_one_broadcast_do_not_stop_the_next(cast: Casting) -> None:
    people = cast.invite(REFUSALS_IN_A_ROW)
    telegram = cast.house.telegram
    telegram.fault(method="copyMessage", times=REFUSALS_IN_A_ROW, code=400, text="Bad Request: NEW")
    cast.begin("first")
    cast.work()
    assert cast.told("first").state == "stopped"

    telegram.fault(method="copyMessage", chat_id=people[0], code=400, text="Bad Request: PRIVACY")
    cast.begin("second")
    cast.work()

    told = cast.told("second")
    assert (told.state, told.failed, told.sent) == ("done", 1, REFUSALS_IN_A_ROW - 1)


def test_what_was_shown_goes_out_though_the_admin_has_edited_his_message(cast: Casting) -> None:
    cast.house.shop.add(ADMIN, language="en", blocked=True)
    people = cast.invite(2)
    source = cast.write("As he saw it")
    cast.draft(source_message_id=source)
    cast.house.notices.preview_broadcast("cast")
    messages = cast.house.telegram.emulator.world.chats[ADMIN].messages
    messages[source].content = messages[cast.write("Changed")].content
    cast.start()
    cast.work()

    assert {text for person in people for text in cast.house.telegram.texts(person)} == {
        "As he saw it"
    }


def test_a_preview_of_what_runs_changes_nothing_of_it(cast: Casting) -> None:
    cast.invite(1)
    cast.begin()
    cast.house.notices.preview_broadcast("cast")

    job = cast.house.deps.broadcast.service.get("cast")
    assert job.copied_message_id == job.source_message_id


def test_who_came_back_after_he_was_forgotten_stays_in_what_came_since(cast: Casting) -> None:
    [person] = cast.invite(1)
    cast.begin("before")
    cast.freeze()
    cast.house.clock.advance(hours=1)
    left = cast.house.clock()
    cast.house.clock.advance(hours=1)
    cast.house.notices.stop_broadcast("before")
    cast.begin("since")
    cast.freeze()
    recipients = cast.house.deps.broadcast.recipients

    assert recipients.forget(person, left) == 1
    cast.work()
    assert (cast.told("before").sent, cast.told("since").sent) == (0, 1)


def test_who_deletes_his_data_in_the_middle_gets_nothing_and_holds_nothing_up(
    cast: Casting,
) -> None:
    people = cast.invite(3)
    cast.begin()
    cast.freeze()
    cast.serve(1)
    waiting = next(person for person, state in cast.states().items() if state == "waiting")
    cast.house.clock.advance(seconds=1)
    cast.house.deps.broadcast.recipients.forget(waiting, cast.house.clock())
    cast.work()

    assert (cast.told().state, cast.told().sent, cast.told().waiting) == ("done", 2, 0)
    assert cast.house.telegram.texts(waiting) == []
    assert set(cast.states()) == set(people) - {waiting}


def test_recipients_of_an_old_broadcast_are_forgotten_and_its_counts_stay(cast: Casting) -> None:
    people = cast.invite(3)
    cast.house.telegram.block(people[0])
    cast.begin("old")
    cast.work()
    house = cast.house.deps.broadcast.runner.house
    house.step()
    cast.house.clock.advance(days=6, hours=23)
    house._drop_at = 0.0
    house.step()
    assert len(cast.states()) == 3
    cast.house.clock.advance(hours=2)
    cast.begin("new")
    cast.work()
    house._drop_at = 0.0
    for _ in range(3):
        house.step()

    rows = cast.house.database.collection(COLLECTION).find({})
    assert {row["broadcast_id"] for row in rows} == {"new"}
    told = cast.told("old")
    assert (told.state, told.recipients, told.sent, told.blocked) == ("done", 3, 2, 1)


def test_paused_for_days_it_goes_on_and_what_is_too_old_stays(cast: Casting) -> None:
    people = cast.invite(4)
    cast.begin()
    cast.freeze()
    cast.serve(2)
    cast.house.notices.pause_broadcast("cast")
    cast.house.deps.broadcast.runner.house.step()
    cast.house.clock.advance(days=5)
    telegram = cast.house.telegram
    with telegram.emulator.changed:
        for person in people:
            for one in telegram.emulator.world.chats[person].messages.values():
                one.date -= int(timedelta(days=5).total_seconds())
    waiting = next(person for person, state in cast.states().items() if state == "waiting")
    telegram.block(waiting)
    cast.house.notices.resume_broadcast("cast")
    cast.work()
    assert (cast.told().state, cast.told().sent, cast.told().blocked) == ("done", 3, 1)
    assert cast.house.shop.users[waiting].blocked

    cast.house.notices.delete_broadcast("cast")
    cast.work()
    told = cast.told()
    assert (told.state, told.deleted, told.undeletable) == ("deleted", 1, 2)


def test_what_was_just_stopped_can_be_taken_back_before_it_was_counted(cast: Casting) -> None:
    cast.invite(2)
    cast.begin()
    cast.freeze()
    cast.serve(1)
    cast.house.notices.stop_broadcast("cast")
    assert cast.told().sent == 0, "nobody has counted yet"
    cast.house.notices.delete_broadcast("cast")
    cast.work()

    assert (cast.told().state, cast.told().deleted) == ("deleted", 1)


def test_who_waits_for_another_broadcast_reads_so(cast: Casting) -> None:
    cast.house.shop.add(ADMIN, language="en", blocked=True)
    cast.invite(2)
    cast.begin("first")
    cast.freeze()
    cast.house.clock.advance(seconds=1)
    cast.begin("second")
    cast.house.deps.broadcast.runner.house.step()
    assert "begins after it" in cast.house.telegram.texts(ADMIN)[-1]

    cast.work()
    cast.house.deps.broadcast.runner.house.step()
    assert "is done" in cast.house.telegram.texts(ADMIN)[-1]


def test_two_who_press_the_same_keys_at_once_do_it_once(cast: Casting) -> None:
    """Start, pause, go on, stop and delete, each pressed by two at the same moment."""
    cast.invite(3)
    cast.draft()
    notices, progress = cast.house.notices, cast.progress_message()
    message = BroadcastProgressMessage(message_id=progress)
    presses: list[tuple[Callable[[], Broadcast], str]] = [
        (lambda: notices.start_broadcast("cast", message), "running"),
        (lambda: notices.pause_broadcast("cast"), "paused"),
        (lambda: notices.resume_broadcast("cast"), "running"),
        (lambda: notices.stop_broadcast("cast"), "stopped"),
        (lambda: notices.delete_broadcast("cast"), "deleting"),
    ]
    for press, state in presses:
        with ThreadPoolExecutor(4) as pool:
            answers = [press_.result() for press_ in [pool.submit(press) for _ in range(4)]]
        assert {answer.state for answer in answers} == {state}
        if state == "running":
            cast.freeze()
            cast.serve(1)
    cast.work()

    assert cast.told().state == "deleted"
    assert sum(cast.copies().values()) == 2


def test_one_whom_telegram_refuses_again_and_again_does_not_hold_up_the_others(
    cast: Casting,
) -> None:
    """Whoever keeps the bot busy in his own chat makes Telegram refuse what goes there."""
    people = cast.invite(6)
    cast.begin()
    cast.freeze()
    cast.house.telegram.fault(
        method="copyMessage", chat_id=people[0], times=50, code=429,
        parameters={"retry_after": 1},
    )  # fmt: skip
    cast.serve(7)

    assert [cast.copies()[person] for person in people] == [0, 1, 1, 1, 1, 1]
