"""What the bot is made of, put together in one place."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from common.clients.main_api import MainApi
from common.clients.notify_service import NotifyService
from common.clock import Clock, make_clock, real_sleep
from common.service_client import ServiceClient
from common.telegram.gate import Gate, Traffic
from common.telegram.sender import Sender
from models.codes import Service
from tg_bot.database import Database
from tg_bot.settings import Settings


@dataclass(frozen=True)
class Deps:
    main_api: MainApi
    sender: Sender
    database: Database
    clock: Clock
    monotonic: Callable[[], float]
    notify_service: NotifyService


def build(settings: Settings) -> Deps:
    clock = make_clock(settings.clock_offset_file)
    client = ServiceClient(
        settings.main_api_url,
        caller=Service.TG_BOT,
        callee=Service.MAIN_API,
        key=settings.main_api_key,
        clock=clock,
    )
    notify_client = ServiceClient(
        settings.notify_service_url,
        caller=Service.TG_BOT,
        callee=Service.NOTIFY_SERVICE,
        key=settings.notify_service_key,
        clock=clock,
    )
    return Deps(
        main_api=MainApi(client),
        sender=make_sender(settings),
        database=Database(settings.state_dir),
        clock=clock,
        monotonic=time.monotonic,
        notify_service=NotifyService(notify_client),
    )


def make_sender(settings: Settings) -> Sender:
    return Sender(
        settings.bot_token,
        api_url=settings.telegram_api_url,
        gate=Gate(monotonic=time.monotonic, sleep=real_sleep),
        traffic=Traffic.INTERACTIVE,
        proxy=settings.telegram_proxy,
    )
