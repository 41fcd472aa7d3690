# ruff: noqa: RUF001 -- what the bot says in Russian
"""Whatever an admin sends, formatted or with a file, is what he sees first and everybody gets."""

import pytest

from models.buttons import Button, callback
from tests.sandbox.telegram.running import Running
from tests.support.waiting import wait_until
from tests.tg_bot.contents import (
    CONTENTS,
    FORMAT,
    PICTURE,
    WORDS,
    Send,
    content,
    formatted,
    sent_by,
)
from tests.tg_bot.people import Someone, admin_key
from tests.tg_bot.test_admin_broadcast import (
    ask_for_content,
    main_api,
    met,
    notify_service,
    shown_keys,
)
from tg_bot.admin.names import Item

__all__ = ["main_api", "met", "notify_service"]


@pytest.mark.usefixtures("met")
@pytest.mark.parametrize("send", CONTENTS.values(), ids=CONTENTS)
def test_readers_get_what_was_sent_and_shown(
    admin: Someone, anya: Someone, bob: Someone, send: Send
) -> None:
    ask_for_content(admin)
    send(admin)
    original = sent_by(admin)
    assert original["entities"] == FORMAT
    admin.sees("А кнопки?")
    admin.say("Кнопки: profile\nСайт | https://example.org")
    admin.sees("Так это увидит каждый")
    preview = admin.sees(WORDS)
    admin.press(next(data for data in shown_keys(admin) if Item.CAST_GO in data))
    admin.sees("Рассылка завершена")

    assert content(preview) == original
    for someone in (anya, bob):
        received = someone.sees(WORDS)
        assert content(received) == original
        assert [key["kind"] for row in received["keyboard"] for key in row] == ["callback", "url"]
    assert anya.sees(WORDS)["keyboard"] == preview["keyboard"], "both read Russian"


@pytest.mark.usefixtures("met")
def test_what_the_admin_changes_after_he_saw_it_changes_nothing(
    admin: Someone, anya: Someone, telegram: Running
) -> None:
    """What was shown is what goes out; whatever becomes of the message it was made from."""
    ask_for_content(admin)
    formatted(admin)
    admin.sees("А кнопки?")
    admin.press(admin_key(Item.CAST_SKIP))
    admin.sees("Так это увидит каждый")
    chat = telegram.emulator.world.chats[admin.id]
    next(one for one in chat.visible() if not one.from_bot).deleted = True
    admin.press(next(data for data in shown_keys(admin) if Item.CAST_GO in data))
    admin.sees("Рассылка завершена")

    assert anya.sees(WORDS)["entities"] == FORMAT


@pytest.mark.usefixtures("met")
def test_pressing_what_is_shown_does_not_turn_it_into_the_admins_own_screen(
    admin: Someone, anya: Someone
) -> None:
    ask_for_content(admin)
    formatted(admin)
    admin.sees("А кнопки?")
    admin.say("Кнопки: profile")
    admin.sees("Так это увидит каждый")
    go = next(data for data in shown_keys(admin) if Item.CAST_GO in data)
    before = len(admin.from_bot())
    admin.press(callback(Button.PROFILE))
    admin.has_messages(before + 1)
    admin.press(go)
    admin.sees("Рассылка завершена")

    assert anya.sees(WORDS)["entities"] == FORMAT


@pytest.mark.usefixtures("met")
def test_each_picture_of_an_album_is_refused(admin: Someone, anya: Someone) -> None:
    ask_for_content(admin)
    before = len(admin.from_bot())
    for name in ("a.png", "b.png"):
        admin.send_file("photo", name, PICTURE, media_group_id="77")
    wait_until(lambda: len(admin.from_bot()) == before + 2)

    assert all("Альбом разослать нельзя" in text for text in admin.texts()[-2:])
    admin.send_file("photo", "a.png", PICTURE, caption="Одна")
    admin.sees("А кнопки?")
    assert len(anya.from_bot()) == 1


@pytest.mark.usefixtures("met")
def test_a_link_that_telegram_refuses_may_be_written_again(admin: Someone) -> None:
    ask_for_content(admin)
    admin.say("Новости")
    admin.sees("А кнопки?")
    admin.say("Сайт | https://nodothost")
    refusal = admin.sees("Telegram не принимает это сообщение")
    assert "Wrong HTTP URL" in refusal["text"]
    admin.say("Сайт | https://example.org")

    admin.sees("Так это увидит каждый")
