# ruff: noqa: RUF001 -- what the bot says in Russian
"""An admin sends a broadcast from the menu, with notify_service's own engine behind it."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from common.clients.notify_service import NotifyService
from common.clock import real_sleep
from common.service_client import ServiceClient
from common.storage.connect import connect
from common.telegram.gate import Gate, Traffic
from common.telegram.sender import Sender
from models.buttons import callback
from models.codes import Service
from notify_service.app import create_app
from notify_service.deps import compose
from notify_service.settings import NotifySettings
from tests.sandbox.telegram.running import ANYA, TOKEN, Running
from tests.support.clock import FakeClock
from tests.support.fake_audience_api import FakeAudienceApi
from tests.support.waiting import wait_until
from tests.support.wsgi_transport import session_to
from tests.tg_bot.conftest import ADMIN
from tests.tg_bot.people import Someone
from tg_bot.admin.names import Item
from tg_bot.bot import Bot
from tg_bot.names import Name

KEY = "bot-to-notify-" + "b" * 32
NEWS = "Новый сервер <b>в Германии</b>"


def key(name: str, *arguments: str | int) -> str:
    return callback(Name.ADMIN, name, *arguments)


@pytest.fixture
def main_api(clock: FakeClock) -> FakeAudienceApi:
    return FakeAudienceApi(clock, left_out=frozenset({ADMIN}))


@pytest.fixture
def notify_service(
    telegram: Running, main_api: FakeAudienceApi, clock: FakeClock, tmp_path: Path
) -> Iterator[NotifyService]:
    """The real one, its threads running."""
    gate = Gate(monotonic=time.monotonic, sleep=real_sleep, rate=200)
    sender = Sender(TOKEN, api_url=telegram.base, gate=gate, traffic=Traffic.TRANSACTIONAL)
    database = connect(f"embedded://{tmp_path}", name="notify")
    deps = compose(database, clock, gate, sender, main_api)
    settings = NotifySettings(
        mongo_url="embedded:///nowhere", caller_keys={Service.TG_BOT.value: [KEY]},
        main_api_url="http://main-api.test", main_api_key="m" * 32, bot_token=TOKEN,
        telegram_api_url=telegram.base,
    )  # fmt: skip
    session, _ = session_to(create_app(settings, deps))
    deps.broadcast.runner.start()
    yield NotifyService(
        ServiceClient(
            "http://notify.test", caller=Service.TG_BOT, callee=Service.NOTIFY_SERVICE, key=KEY,
            clock=clock, session=session,
        )
    )  # fmt: skip
    deps.broadcast.runner.stop()
    database.close()


@pytest.fixture
def met(bot: Bot, admin: Someone, anya: Someone, bob: Someone) -> None:
    """Аня reads Russian, Bob English."""
    assert bot.is_listening()
    for someone in (anya, bob, admin):
        someone.start()
        someone.has_messages(1)


def shown_keys(admin: Someone) -> list[str]:
    return [str(one["data"]) for one in admin.buttons() if "data" in one]


def ask_for_content(admin: Someone, audience: str = "all", language: str = "all") -> None:
    admin.say("/admin")
    admin.sees("Меню админа")
    admin.press(key(Item.BROADCAST))
    admin.sees("Кому отправить?")
    admin.press(key(Item.CAST_TO, audience, language))
    admin.sees("пришлите само сообщение")


def come_to_the_question(admin: Someone, buttons: str = "Кнопки: profile") -> str:
    """The key that sends it."""
    ask_for_content(admin)
    admin.say(NEWS)
    admin.sees("А кнопки?")
    admin.say(buttons)
    admin.sees("Так это увидит каждый")
    return next(data for data in shown_keys(admin) if Item.CAST_GO in data)


@pytest.mark.usefixtures("met")
class TestBroadcast:
    def test_from_the_menu_to_everybody_and_back(
        self, admin: Someone, anya: Someone, bob: Someone, main_api: FakeAudienceApi
    ) -> None:
        go = come_to_the_question(admin, "КНОПКИ: Profile myKEYS support")
        preview = admin.sees(NEWS)
        assert [one["text"] for row in preview["keyboard"] for one in row] == [
            "👤 Профиль", "🗝 Мои ключи", "💬 Поддержка",
        ]  # fmt: skip
        assert "📣 Отправить: 2" in [one["text"] for one in admin.buttons()]
        assert len(anya.from_bot()) == 1, "nobody has got it before it was confirmed"

        admin.press(go)
        admin.inject_press(go)
        admin.sees("Рассылка завершена")
        for someone, label in ((anya, "👤 Профиль"), (bob, "👤 Profile")):
            someone.has_messages(2)
            assert someone.texts()[-1] == NEWS
            assert someone.buttons()[0]["text"] == label
        assert "доставлено: 2" in admin.sees("Рассылка завершена")["text"]

        wait_until(lambda: any("cast:delete" in data for data in shown_keys(admin)))
        admin.press(next(data for data in shown_keys(admin) if "cast:delete" in data))
        admin.sees("Удалить 2 сообщения у всех?")
        admin.press(next(data for data in shown_keys(admin) if Item.CAST_DELETE in data))
        admin.sees("Сообщения удалены")
        assert anya.texts() == anya.texts()[:1]
        noted = [act.action for act in main_api.notes]
        assert noted[0] == "broadcast_start"
        assert noted[-1] == "broadcast_delete"

    def test_an_audience_may_be_those_who_read_one_language(
        self, admin: Someone, anya: Someone, bob: Someone
    ) -> None:
        ask_for_content(admin, "all", "en")
        admin.say(NEWS)
        admin.sees("А кнопки?")
        admin.press(key(Item.CAST_SKIP))
        admin.sees("Так это увидит каждый")
        admin.press(next(data for data in shown_keys(admin) if Item.CAST_GO in data))
        admin.sees("Рассылка завершена")

        bob.has_messages(2)
        assert len(anya.from_bot()) == 1

    def test_an_audience_without_anybody_is_told(self, admin: Someone) -> None:
        ask_for_content(admin, "trial")
        admin.say(NEWS)
        admin.sees("А кнопки?")
        admin.say("нет")

        admin.sees("никого нет")

    def test_unknown_names_are_told_and_may_be_written_again(self, admin: Someone) -> None:
        ask_for_content(admin)
        admin.say(NEWS)
        admin.sees("А кнопки?")
        admin.say("Кнопки: profile prophile narnia")
        assert "prophile, narnia" in admin.sees("Таких кнопок нет")["text"]
        admin.say("Кнопки: финляндия\nНаш канал | https://t.me/example")

        admin.sees("Так это увидит каждый")
        keys = [one for row in admin.sees(NEWS)["keyboard"] for one in row]
        assert [one["text"] for one in keys] == ["🇫🇮 Финляндия", "Наш канал"]

    @pytest.mark.parametrize("word", ["EXIT", "exit", "Exit"])
    @pytest.mark.parametrize("steps", [0, 1])
    def test_exit_leaves_at_every_step(
        self, admin: Someone, anya: Someone, word: str, steps: int
    ) -> None:
        ask_for_content(admin)
        if steps:
            admin.say(NEWS)
            admin.sees("А кнопки?")
        admin.say(word)
        admin.sees("ничего не сделано")
        before = len(admin.from_bot())
        admin.say("profile")

        wait_until(lambda: len(admin.from_bot()) > before)
        assert "на кнопках ниже" in admin.texts()[-1]
        assert len(anya.from_bot()) == 1

    def test_an_album_is_refused(self, admin: Someone) -> None:
        ask_for_content(admin)
        message: dict[str, Any] = {
            "message_id": 7000, "date": 1, "chat": admin._chat(), "from": admin._user(),
            "media_group_id": "1", "photo": [
                {"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}
            ],
        }  # fmt: skip
        admin.running.post("updates", message=message)

        admin.sees("Альбом разослать нельзя")

    def test_a_message_that_was_deleted_meanwhile_is_told(
        self, admin: Someone, telegram: Running
    ) -> None:
        ask_for_content(admin)
        admin.say(NEWS)
        admin.sees("А кнопки?")
        chat = telegram.emulator.world.chats[ADMIN]
        next(one for one in chat.visible() if not one.from_bot).deleted = True
        admin.say("-")

        admin.sees("Telegram не принимает это сообщение")

    def test_paused_and_stopped_by_its_keys(
        self, admin: Someone, anya: Someone, telegram: Running
    ) -> None:
        telegram.post("faults", method="copyMessage", chat_id=ANYA, code=429, times=50,
                      parameters={"retry_after": 1})  # fmt: skip
        go = come_to_the_question(admin)
        admin.press(go)
        admin.sees("Рассылка идёт")
        wait_until(lambda: find_key(admin, "cast:pause"))
        admin.press(find_key(admin, "cast:pause"))
        admin.sees("Рассылка на паузе")
        wait_until(lambda: find_key(admin, "cast:stop"))
        admin.press(find_key(admin, "cast:stop"))
        admin.sees("Рассылка остановлена")
        telegram.http.delete(f"{telegram.base}/sandbox/api/faults", timeout=30)

        time.sleep(0.1)
        assert len(anya.from_bot()) == 1

    def test_what_is_forged_comes_to_nothing(self, admin: Someone, anya: Someone) -> None:
        for arguments in (("x",), ("pause",), ("delete", "nothing"), ("stop", "nothing")):
            before = len(admin.from_bot())
            admin.inject_press(key(Item.BROADCAST, *arguments))
            admin.has_messages(before + 1)
        for name in (Item.CAST_TO, Item.CAST_GO, Item.CAST_SKIP, Item.CAST_DELETE):
            anya.inject_press(key(name, "all", "all"))
        wait_until(lambda: len(anya.from_bot()) > 1)

        assert not any("рассыл" in text.lower() for text in anya.texts())


def find_key(admin: Someone, part: str) -> str:
    """Of any message that can be seen; empty when there is none."""
    for message in reversed(admin.from_bot()):
        for row in message["keyboard"]:
            for one in row:
                if part in str(one.get("data", "")):
                    return str(one["data"])
    return ""
