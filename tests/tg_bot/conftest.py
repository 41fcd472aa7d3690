"""The bot between a real Bot API emulator over HTTP and a fake main_api with memory."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.sandbox.telegram.running import ANYA, BOB, TOKEN, Running, running_emulator
from tests.support.clock import FakeClock
from tests.support.fake_admin_api import FakeAdminApi
from tests.support.fake_main_api import FakeMainApi
from tests.support.fake_notify_service import FakeNotifyService
from tests.tg_bot.people import Someone
from tg_bot.bot import Bot
from tg_bot.database import Database
from tg_bot.deps import Deps, make_sender
from tg_bot.settings import Settings

StartBot = Callable[[], Bot]
ADMIN = 910_000_003


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def main_api(clock: FakeClock) -> FakeAdminApi:
    return FakeAdminApi(clock)


@pytest.fixture
def notify_service() -> FakeNotifyService:
    return FakeNotifyService()


@pytest.fixture
def telegram(tmp_path: Path) -> Iterator[Running]:
    with running_emulator(
        tmp_path / "offset", monotonic=time.monotonic, overall_rate=None
    ) as running:
        yield running


@pytest.fixture
def anya(telegram: Running) -> Someone:
    return Someone(telegram, ANYA)


@pytest.fixture
def bob(telegram: Running) -> Someone:
    return Someone(telegram, BOB)


@pytest.fixture
def admin(telegram: Running) -> Someone:
    return Someone(telegram, ADMIN)


@pytest.fixture
def totp_secrets() -> dict[int, str]:
    """Of admins, by Telegram id: who is not in it has no second factor."""
    return {}


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "state")
    yield database
    database.close()


def settings_for(
    telegram_url: str, state_dir: Path, admin_totp_secrets: dict[int, str] | None = None
) -> Settings:
    return Settings(
        state_dir=state_dir,
        main_api_url="http://127.0.0.1:1",
        main_api_key="k" * 32,
        bot_token=TOKEN,
        telegram_api_url=telegram_url,
        support_url="https://t.me/keyland_support",
        notify_service_url="http://127.0.0.1:1",
        notify_service_key="n" * 32,
        admin_telegram_ids=frozenset({ADMIN}),
        admin_totp_secrets=admin_totp_secrets or {},
    )


@pytest.fixture
def start_bot(
    telegram: Running,
    main_api: FakeMainApi,
    database: Database,
    clock: FakeClock,
    tmp_path: Path,
    notify_service: FakeNotifyService,
    totp_secrets: dict[int, str],
) -> Iterator[StartBot]:
    """A bot that listens; several in a row are the same bot started again."""
    bots: list[Bot] = []

    def start() -> Bot:
        for earlier in bots:
            earlier.stop()
        settings = settings_for(telegram.base, tmp_path / "state", totp_secrets)
        deps = Deps(
            main_api, make_sender(settings), database, clock, time.monotonic, notify_service
        )
        bots.append(Bot(settings, deps))
        bots[-1].start()
        return bots[-1]

    yield start
    for gate in main_api.gates.values():
        gate.set()
    for bot in bots:
        bot.stop()


@pytest.fixture
def bot(start_bot: StartBot) -> Bot:
    return start_bot()


@pytest.fixture
def met(bot: Bot, admin: Someone, anya: Someone, main_api: FakeAdminApi) -> int:
    """The admin and Аня have started the bot; her number as our user."""
    assert bot.is_listening()
    anya.start()
    anya.sees("Добро пожаловать")
    admin.start()
    admin.sees("Добро пожаловать")
    return main_api.by_telegram(anya.id).user_id
