"""Whatever an admin sends to one person is what he sees first and that person gets."""

import pytest

from tests.tg_bot.contents import CONTENTS, WORDS, Send, content, sent_by
from tests.tg_bot.people import Someone, admin_key
from tests.tg_bot.test_admin_broadcast import shown_keys
from tg_bot.admin.names import Item


@pytest.mark.parametrize("send", CONTENTS.values(), ids=CONTENTS)
def test_one_person_gets_what_was_sent_and_shown(
    met: int, admin: Someone, anya: Someone, send: Send
) -> None:
    admin.inject_press(admin_key(Item.MESSAGE, met))
    admin.sees("что отправить")
    send(admin)
    original = sent_by(admin)
    admin.sees("Так это увидит")
    preview = admin.sees(WORDS)
    chat = admin.running.emulator.world.chats[admin.id]
    next(one for one in chat.visible() if not one.from_bot).deleted = True
    admin.press(next(data for data in shown_keys(admin) if Item.MESSAGE_GO in data))
    admin.sees("Доставлено")

    received = anya.sees(WORDS)
    assert content(preview) == content(received) == original
    assert received["keyboard"] == preview["keyboard"]
