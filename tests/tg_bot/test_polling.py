"""The loop on getUpdates: what is confirmed, what is skipped, what happens when Telegram fails."""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event, Timer
from typing import Any

import pytest

from common.telegram.errors import Outcome, TelegramError
from tests.support.clock import FakeClock
from tg_bot.database import Database
from tg_bot.inbox import Inbox, Stored
from tg_bot.polling import CONFLICT_PAUSE, LONGEST_PAUSE, Poller, TokenRefused


@dataclass
class Telegram:
    """A queue behind getUpdates that serves what is at or above the offset it can make sense of."""

    queue: list[Any] = field(default_factory=list)
    trouble: list[TelegramError] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)
    before_answer: Callable[[], None] = lambda: None

    def __call__(self, offset: int, _wait_seconds: int) -> list[Any]:
        self.offsets.append(offset)
        if self.trouble:
            raise self.trouble.pop(0)
        newest = max((one["update_id"] for one in self.queue if _numbered(one)), default=offset)
        if offset <= newest + 11:
            self.queue = [u for u in self.queue if not _numbered(u) or u["update_id"] >= offset]
        self.before_answer()
        return list(self.queue)


def _numbered(update: object) -> bool:
    return isinstance(update, dict) and isinstance(update.get("update_id"), int)


@dataclass
class Desk:
    telegram: Telegram
    poller: Poller
    inbox: Inbox
    stop: Event
    handled: list[int]


@pytest.fixture
def desk(database: Database, clock: FakeClock) -> Desk:
    return desk_on(Inbox(database, clock))


def desk_on(inbox: Inbox, backlog: int = 0) -> Desk:
    telegram, stop, handled = Telegram(), Event(), list[int]()

    def deliver(new: list[Stored]) -> None:
        handled.extend(stored.update_id for stored in new)

    poller = Poller(telegram, inbox, deliver=deliver, backlog=lambda: backlog, stop=stop)
    return Desk(telegram, poller, inbox, stop, handled)


def update(number: int) -> dict[str, Any]:
    return {"update_id": number, "message": {"text": "\ud83d half a pair"}}


def test_what_came_is_on_disk_before_the_call_that_confirms_it(desk: Desk) -> None:
    desk.telegram.queue = [update(5), update(6)]
    desk.poller.step()
    on_disk: list[int] = []
    desk.telegram.before_answer = lambda: on_disk.extend(
        stored.update_id for stored in desk.inbox.waiting()
    )

    desk.poller.step()

    assert (desk.telegram.offsets, on_disk) == ([0, 7], [5, 6])
    assert desk.telegram.queue == []


def test_a_repeated_update_is_handled_once_even_after_it_was_done(desk: Desk) -> None:
    desk.telegram.queue = [update(5)]
    desk.poller.step()
    desk.inbox.done(5)
    again = desk_on(desk.inbox)
    again.telegram.queue = [update(5), update(6)]

    again.poller.step()

    assert (desk.handled, again.handled) == ([5], [6])


@pytest.mark.parametrize("first_new_id", [3, 700_000_000])
def test_ids_that_restart_after_a_quiet_week_are_followed(
    desk: Desk, clock: FakeClock, first_new_id: int
) -> None:
    desk.telegram.queue = [update(400_000_000)]
    desk.poller.step()
    desk.inbox.done(400_000_000)
    desk.poller.step()
    clock.advance(days=8)
    desk.telegram.queue = [update(first_new_id), update(first_new_id + 1)]

    desk.poller.step()
    desk.poller.step()

    assert desk.handled == [400_000_000, first_new_id, first_new_id + 1]
    assert desk.telegram.queue == []


def test_an_id_used_again_after_the_restart_is_another_update(desk: Desk, clock: FakeClock) -> None:
    desk.telegram.queue = [update(5)]
    desk.poller.step()
    desk.inbox.done(5)
    clock.advance(days=8)
    again = desk_on(desk.inbox)
    again.telegram.queue = [update(5)]

    again.poller.step()

    assert again.handled == [5]


@pytest.mark.parametrize("junk", [None, 7, {}, {"update_id": "5"}, {"update_id": 2**70}])
def test_what_has_no_usable_id_does_not_hide_the_others(desk: Desk, junk: object) -> None:
    desk.telegram.queue = [junk, update(9)]

    pause = desk.poller.step()

    assert (desk.handled, pause) == ([9], 0)


def test_nothing_but_junk_is_not_asked_for_in_a_spin(desk: Desk) -> None:
    desk.telegram.queue = [{}]

    assert desk.poller.step() == LONGEST_PAUSE


def test_pauses_grow_while_telegram_is_away_and_start_small_again(desk: Desk) -> None:
    desk.telegram.trouble = [TelegramError(Outcome.UNAVAILABLE, "down") for _ in range(9)]
    pauses = [desk.poller.step() for _ in range(9)]
    desk.telegram.queue = [update(1)]
    desk.poller.step()
    desk.telegram.trouble = [TelegramError(Outcome.UNKNOWN, "no answer")]

    assert pauses[:4] == [0.5, 1.0, 2.0, 4.0]
    assert max(pauses) == LONGEST_PAUSE
    assert desk.poller.step() == 0.5


def test_a_429_is_obeyed_and_a_409_waits(desk: Desk) -> None:
    desk.telegram.trouble = [
        TelegramError(Outcome.RETRY_AFTER, "flood", retry_after=17),
        TelegramError(Outcome.CONFLICT, "other poller"),
    ]

    assert [desk.poller.step(), desk.poller.step()] == [17, CONFLICT_PAUSE]


def test_a_refused_token_is_not_tried_again(desk: Desk) -> None:
    desk.telegram.trouble = [TelegramError(Outcome.TOKEN_REVOKED, "Unauthorized")]

    with pytest.raises(TokenRefused):
        desk.poller.run()


def test_what_comes_after_the_stop_is_neither_stored_nor_confirmed(desk: Desk) -> None:
    desk.telegram.queue = [update(1)]
    desk.telegram.before_answer = desk.stop.set

    desk.poller.run()
    desk.poller.confirm()

    assert desk.inbox.waiting() == []
    assert desk.telegram.queue == [update(1)]


def test_the_last_word_confirms_what_was_stored_and_is_not_said_twice(desk: Desk) -> None:
    desk.telegram.queue = [update(1)]
    desk.poller.step()

    desk.poller.confirm()
    desk.poller.confirm()

    assert (desk.telegram.offsets, desk.telegram.queue) == ([0, 2], [])


def test_a_failed_call_has_told_nothing_so_the_last_word_is_said(desk: Desk) -> None:
    desk.telegram.queue = [update(1)]
    desk.poller.step()
    desk.telegram.trouble = [TelegramError(Outcome.UNAVAILABLE, "down")]
    desk.poller.step()

    desk.poller.confirm()

    assert desk.telegram.queue == []


def test_a_disk_that_fails_leaves_the_updates_with_telegram(desk: Desk, database: Database) -> None:
    desk.telegram.queue = [update(1)]
    with database.transaction() as db:
        db.execute("ALTER TABLE inbox RENAME TO inbox_away")

    pause = desk.poller.step()

    with database.transaction() as db:
        db.execute("ALTER TABLE inbox_away RENAME TO inbox")
    assert pause == LONGEST_PAUSE
    desk.poller.step()
    assert (desk.handled, desk.telegram.offsets) == ([1], [0, 0])


def test_nothing_is_fetched_while_too_much_waits(database: Database, clock: FakeClock) -> None:
    desk = desk_on(Inbox(database, clock), backlog=10_000)
    desk.telegram.queue = [update(1)]

    Timer(0.05, desk.stop.set).start()
    desk.poller.run()

    assert desk.telegram.offsets == []
