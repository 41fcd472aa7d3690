# ruff: noqa: RUF001 -- what the bot says in Russian
"""An admin finds his broadcasts again, and takes one back from the list."""

import pytest

from tests.support.clock import FakeClock
from tests.support.waiting import wait_until
from tests.tg_bot.people import Someone, admin_key
from tests.tg_bot.test_admin_broadcast import (
    come_to_the_question,
    find_key,
    main_api,
    met,
    notify_service,
    shown_keys,
)
from tg_bot.admin.names import Item

__all__ = ["main_api", "met", "notify_service"]


def open_list(admin: Someone) -> str:
    admin.say("/admin")
    admin.sees("Меню админа")
    admin.press(admin_key(Item.BROADCAST))
    admin.sees("Кому отправить?")
    admin.press(admin_key(Item.CAST_LIST))
    return str(admin.sees("сначала новые")["text"])


def forget_the_report(admin: Someone) -> None:
    """The admin clears his chat."""
    emulator = admin.running.emulator
    with emulator.changed:
        for message in emulator.world.chats[admin.id].messages.values():
            message.deleted = True


@pytest.mark.usefixtures("met")
def test_what_was_never_sent_is_not_listed(admin: Someone) -> None:
    come_to_the_question(admin)

    assert "ни одной" in open_list(admin)


@pytest.mark.usefixtures("met")
def test_one_is_found_and_taken_back_though_its_report_is_gone(
    admin: Someone, anya: Someone
) -> None:
    admin.press(come_to_the_question(admin))
    admin.sees("Рассылка завершена")
    wait_until(lambda: find_key(admin, "cast:delete"))
    forget_the_report(admin)

    told = open_list(admin)
    assert "1. " in told
    assert "👥 Все" in told
    assert "доставлено: 2 из 2" in told
    assert "🗑 Удалить № 1 у всех" in [one["text"] for one in admin.buttons()]
    admin.press(next(data for data in shown_keys(admin) if "cast:delete" in data))
    admin.sees("Удалить 2 сообщения у всех?")
    admin.press(next(data for data in shown_keys(admin) if Item.CAST_DELETE in data))
    wait_until(lambda: len(anya.from_bot()) == 1)


@pytest.mark.usefixtures("met")
def test_after_two_days_it_is_listed_without_that_key(admin: Someone, clock: FakeClock) -> None:
    admin.press(come_to_the_question(admin))
    admin.sees("Рассылка завершена")
    wait_until(lambda: find_key(admin, "cast:delete"))
    forget_the_report(admin)
    clock.advance(days=2)

    assert "доставлено: 2 из 2" in open_list(admin)
    assert not any("cast:delete" in data for data in shown_keys(admin))


@pytest.mark.usefixtures("met")
def test_nobody_else_gets_to_the_list(admin: Someone, anya: Someone) -> None:
    admin.press(come_to_the_question(admin))
    admin.sees("Рассылка завершена")
    before = len(anya.from_bot())
    anya.inject_press(admin_key(Item.CAST_LIST))
    wait_until(lambda: len(anya.from_bot()) > before)

    assert not any("рассыл" in text.lower() for text in anya.texts())
