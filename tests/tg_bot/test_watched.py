"""What systemd hears of the bot while Telegram answers slowly."""

from pathlib import Path

from common.supervision import ALIVE, Watchdog
from sandbox.telegram.faults import Fault
from tests.sandbox.telegram.running import Running
from tests.support.clock import FakeClock
from tests.support.fake_main_api import FakeMainApi
from tests.support.fake_notify_service import FakeNotifyService
from tests.support.waiting import wait_until
from tests.tg_bot.conftest import settings_for
from tg_bot.bot import Bot
from tg_bot.database import Database
from tg_bot.deps import Deps, make_sender


class Time:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def asked(telegram: Running, method: str) -> int:
    return sum(entry["method"] == method for entry in telegram.emulator.journal.since(0))


def test_a_slow_introduction_after_a_failed_one_is_no_hanging_bot(
    telegram: Running, main_api: FakeMainApi, database: Database, clock: FakeClock, tmp_path: Path
) -> None:
    with telegram.emulator.changed:
        telegram.emulator.faults.queue += [
            Fault(method="deleteWebhook", code=500),
            Fault(method="getMyCommands", after_sleep=5.0),
        ]
    time, heard = Time(), list[str]()
    settings = settings_for(telegram.base, tmp_path / "state")
    deps = Deps(main_api, make_sender(settings), database, clock, time, FakeNotifyService())
    bot = Bot(settings, deps, Watchdog(monotonic=time, told=heard.append))
    bot.start()
    try:
        wait_until(lambda: asked(telegram, "getMyCommands") == 1)
        heard.clear()
        time.now = 600.0  # of many menus, each in time

        wait_until(lambda: ALIVE in heard)

        assert asked(telegram, "getUpdates") == 0
    finally:
        bot.stop()
