"""Whoever has been taken out of the configuration is anybody."""

import time
from pathlib import Path

from tests.sandbox.telegram.running import Running
from tests.support.clock import FakeClock
from tests.support.fake_main_api import FakeMainApi
from tests.support.fake_notify_service import FakeNotifyService
from tests.support.waiting import wait_until
from tests.tg_bot.conftest import StartBot, settings_for
from tests.tg_bot.people import Someone
from tests.tg_bot.people import admin_key as key
from tg_bot.admin.names import Item
from tg_bot.bot import Bot
from tg_bot.database import Database
from tg_bot.deps import Deps, make_sender


def test_who_is_an_admin_no_longer_is_anybody_with_his_commands_and_his_old_keys(
    start_bot: StartBot, admin: Someone, anya: Someone, database: Database, telegram: Running,
    main_api: FakeMainApi, clock: FakeClock, tmp_path: Path,
) -> None:  # fmt: skip
    earlier = start_bot()
    admin.start()
    anya.start()
    admin.say("/admin")
    admin.sees("Меню админа")
    wait_until(lambda: "admin" in commands_of(admin))
    earlier.stop()
    settings = settings_for(telegram.base, tmp_path / "state")
    settings = settings.model_copy(update={"admin_telegram_ids": frozenset[int]()})
    deps = Deps(
        main_api, make_sender(settings), database, clock, time.monotonic, FakeNotifyService()
    )
    bot = Bot(settings, deps)
    bot.start()
    try:
        wait_until(lambda: commands_of(admin) == commands_of(anya))
        admin.press(key(Item.FIND))
        anya.inject_press("s1:noSuchKey")
        unknown = anya.sees("устарела")
        assert admin.sees("устарела")["text"] == unknown["text"]
        assert "Меню админа" not in "".join(admin.texts())
    finally:
        bot.stop()


def commands_of(someone: Someone) -> list[str]:
    return [one["command"] for one in someone.running.chat(someone.id)["commands"]]
