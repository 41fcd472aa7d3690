"""A broadcast from its draft to its report: who gets what, once; and what it may be told."""

from datetime import timedelta

import pytest

from common.errors import Conflict, Invalid, NotFound
from models.broadcasts import BroadcastButton, BroadcastProgressMessage
from tests.notify_service.casting import ADMIN, WORDS, Casting
from tests.notify_service.house import House


@pytest.fixture
def cast(house: House) -> Casting:
    return Casting(house)


def named(*names: str) -> list[BroadcastButton]:
    return [BroadcastButton(name=name) for name in names]


def labels(cast: Casting, person: int) -> list[str]:
    chat = cast.house.telegram.emulator.world.chats[person]
    markup = next(chat.visible()).markup or {}
    return [key["text"] for row in markup.get("inline_keyboard", []) for key in row]


def test_everybody_gets_one_copy_with_keys_in_his_own_language(cast: Casting) -> None:
    russian, english = cast.invite(5)[:2]
    cast.house.shop.add(russian, language="ru")
    cast.house.shop.add(english, language="en")
    link = BroadcastButton(text="Our channel", url="https://t.me/example")
    cast.begin("cast", named("profile", "finland"), [link])
    cast.work()

    assert set(cast.copies().values()) == {1}
    assert cast.house.telegram.texts(english) == [WORDS]
    assert labels(cast, russian) == ["👤 Профиль", "🇫🇮 Финляндия", "Our channel"]
    assert labels(cast, english) == ["👤 Profile", "🇫🇮 Finland", "Our channel"]
    told = cast.told()
    assert (told.state, told.recipients, told.sent, told.waiting) == ("done", 5, 5, 0)


def test_the_audience_is_main_apis_page_by_page_and_in_one_language(cast: Casting) -> None:
    people = cast.invite(10)
    cast.begin(language="ru")
    cast.work()

    readers = {one for one in people if cast.house.shop.users[one].language == "ru"}
    assert set(cast.states()) == readers
    assert len(cast.house.shop.pages) > 1


def test_freezing_that_was_cut_off_goes_on_and_doubles_nobody(cast: Casting) -> None:
    people = cast.invite(8)
    cast.begin()
    room = cast.house.deps.broadcast.runner
    room.house.step()
    before = room.store.get("cast")
    assert before is not None
    assert not before.frozen
    room.house.freezing.next_page(before)
    room.house.freezing.next_page(before)  # as after a kill between the rows and the place
    cast.work()

    assert set(cast.states()) == set(people)
    assert set(cast.copies().values()) == {1}


def test_nobody_is_served_before_all_are_known(cast: Casting) -> None:
    cast.invite(8)
    cast.begin()
    runner = cast.house.deps.broadcast.runner
    runner.house.step()
    runner._serve(0)

    assert set(cast.copies().values()) == {0}


def test_the_same_draft_and_the_same_start_change_nothing(cast: Casting) -> None:
    cast.invite(3)
    source = cast.write()
    cast.draft(source_message_id=source)
    cast.begin(source_message_id=source)
    cast.work()
    again = cast.house.notices.start_broadcast("cast", BroadcastProgressMessage(message_id=1))
    cast.work()

    assert again.state == "done"
    assert set(cast.copies().values()) == {1}


def test_names_that_nobody_knows_are_told(cast: Casting) -> None:
    with pytest.raises(Invalid) as refused:
        cast.draft("cast", named("profile", "prophile", "finland", "narnia"))

    assert refused.value.code == "unknown_buttons"
    assert refused.value.details["names"] == ["narnia", "prophile"]


def test_an_address_that_a_button_cannot_open_is_told(cast: Casting) -> None:
    with pytest.raises(Invalid) as refused:
        cast.draft("cast", [BroadcastButton(text="App", url="vless://key")])

    assert refused.value.details["urls"] == ["vless://key"]


def test_the_preview_is_what_readers_will_get(cast: Casting) -> None:
    cast.house.shop.add(ADMIN, language="en")
    cast.draft("cast", named("support"))
    cast.house.notices.preview_broadcast("cast")

    assert cast.house.telegram.texts(ADMIN) == [WORDS]
    assert labels(cast, ADMIN) == ["💬 Support"]


def test_a_message_that_cannot_be_copied_is_told_before_anybody_gets_it(cast: Casting) -> None:
    cast.draft(source_message_id=9999)

    with pytest.raises(Conflict) as refused:
        cast.house.notices.preview_broadcast("cast")
    assert "message to copy not found" in refused.value.details["why"]


def test_paused_it_waits_and_goes_on_where_it_was(cast: Casting) -> None:
    cast.invite(6)
    cast.begin()
    cast.freeze()
    cast.serve(2)
    assert cast.house.notices.pause_broadcast("cast").state == "paused"
    assert cast.serve() == 0

    cast.house.notices.resume_broadcast("cast")
    cast.work()

    assert set(cast.copies().values()) == {1}


def test_stopped_it_stays_stopped_whatever_is_pressed(cast: Casting) -> None:
    cast.invite(6)
    cast.begin()
    cast.freeze()
    cast.serve(2)
    notify = cast.house.notices
    for press in (notify.stop_broadcast, notify.resume_broadcast, notify.pause_broadcast):
        assert press("cast").state == "stopped"
    cast.work()

    assert sum(cast.copies().values()) == 2
    assert (cast.told().sent, cast.told().waiting) == (2, 4)


def test_two_take_turns_in_the_order_of_their_starts(cast: Casting) -> None:
    cast.invite(4)
    cast.begin("first")
    cast.house.clock.advance(seconds=1)
    cast.begin("second")
    cast.freeze()
    cast.serve(3)

    assert cast.told("second").recipients == 0
    cast.work()
    assert set(cast.copies().values()) == {2}
    assert {one.state for one in cast.house.notices.broadcasts().broadcasts} == {"done"}


def test_it_is_taken_back_everywhere(cast: Casting) -> None:
    cast.invite(5)
    cast.begin()
    cast.work()
    with_it = cast.told()
    cast.house.clock.advance(hours=1)
    assert cast.house.notices.delete_broadcast("cast").state == "deleting"
    cast.work()

    told = cast.told()
    chats = cast.house.telegram.emulator.world.chats
    left = [m for one in cast.people for m in chats[one].visible() if m.from_bot]
    assert (told.state, told.deleted, told.sent, left) == ("deleted", 5, 5, [])
    assert with_it.deletable_until is not None
    assert cast.house.notices.delete_broadcast("cast").state == "deleted"


def test_after_48_hours_nothing_can_be_taken_back(cast: Casting) -> None:
    cast.invite(1)
    cast.begin()
    with pytest.raises(Conflict):
        cast.house.notices.delete_broadcast("cast")  # it runs
    cast.work()
    cast.house.clock.advance(hours=48)

    with pytest.raises(Conflict):
        cast.house.notices.delete_broadcast("cast")


def test_a_message_that_is_already_too_old_is_counted(cast: Casting) -> None:
    cast.invite(2)
    cast.begin()
    cast.work()
    emulator = cast.house.telegram.emulator
    old = next(emulator.world.chats[cast.people[0]].visible())
    old.date -= int(timedelta(hours=49).total_seconds())
    cast.house.notices.delete_broadcast("cast")
    cast.work()

    assert (cast.told().deleted, cast.told().undeletable) == (1, 1)


def test_the_admin_reads_the_report_in_the_message_that_told_the_progress(cast: Casting) -> None:
    cast.house.shop.add(ADMIN, language="en", blocked=True)
    cast.invite(3)
    cast.house.telegram.block(cast.people[1])
    cast.begin()
    cast.work()

    report = cast.house.telegram.texts(ADMIN)[-1]
    assert "The broadcast is done" in report
    assert "3 of 3" in report
    assert "✅ sent: 2\n🚫 cannot be reached: 1" in report
    assert labels(cast, ADMIN) == ["🗑 Delete everywhere"]


def test_a_progress_message_that_was_deleted_is_sent_anew(cast: Casting) -> None:
    cast.house.shop.add(ADMIN, language="en", blocked=True)
    cast.invite(1)
    cast.begin()
    chat = cast.house.telegram.emulator.world.chats[ADMIN]
    next(chat.visible()).deleted = True
    cast.work()

    assert any("The broadcast is done" in text for text in cast.house.telegram.texts(ADMIN))


def test_what_is_not_there_is_not_found(cast: Casting) -> None:
    with pytest.raises(NotFound):
        cast.told("nothing")
    with pytest.raises((Invalid, NotFound)):
        cast.told("x" * 60)
