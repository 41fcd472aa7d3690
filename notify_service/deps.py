"""What notify_service is made of."""

import secrets
import threading
import time
from dataclasses import dataclass

from common.clients.main_api import MainApi
from common.clock import Clock, make_clock, real_sleep
from common.metrics import Metrics
from common.service_client import ServiceClient
from common.storage.connect import connect
from common.storage.protocol import Database
from common.supervision import Watchdog
from common.telegram.gate import Gate, Traffic
from common.telegram.sender import Sender
from models.codes import Service
from notify_service.alarm import Alarm
from notify_service.broadcast.room import Room, furnish
from notify_service.dispatch import Dispatcher
from notify_service.persistence import Persistence
from notify_service.quiet import QuietHours
from notify_service.scheduler import Scheduler
from notify_service.settings import NotifySettings
from notify_service.store import NoticeStore

DATABASE = "notify"


@dataclass(frozen=True)
class Deps:
    database: Database
    clock: Clock
    metrics: Metrics
    store: NoticeStore
    alarm: Alarm
    dispatcher: Dispatcher
    scheduler: Scheduler
    broadcast: Room


def build(settings: NotifySettings) -> Deps:
    clock = make_clock(settings.clock_offset_file)
    gate = Gate(monotonic=time.monotonic, sleep=real_sleep, rate=settings.telegram_rate)
    sender = Sender(
        settings.bot_token,
        api_url=settings.telegram_api_url,
        gate=gate,
        traffic=Traffic.TRANSACTIONAL,
        proxy=settings.telegram_proxy,
    )
    client = ServiceClient(
        settings.main_api_url,
        caller=Service.NOTIFY_SERVICE,
        callee=Service.MAIN_API,
        key=settings.main_api_key,
        clock=clock,
    )
    database = connect(settings.mongo_url, name=DATABASE)
    return compose(database, clock, gate, sender, MainApi(client), quiet=settings.quiet_hours)


def compose(
    database: Database,
    clock: Clock,
    gate: Gate,
    sender: Sender,
    main_api: MainApi,
    *,
    quiet: QuietHours | None = None,
) -> Deps:
    """The service around what it talks to; tests give their own neighbours."""
    metrics = Metrics(Service.NOTIFY_SERVICE)
    stopping, watchdog = threading.Event(), Watchdog()
    run = secrets.token_hex(8)
    store = NoticeStore(database, run=run)
    alarm = Alarm(clock)
    dispatcher = Dispatcher(
        store=store,
        sender=sender,
        gate=gate,
        main_api=main_api,
        clock=clock,
        delivered=metrics.counter("notices_total", "Notices by how they ended", "kind", "state"),
        persistence=Persistence(stopping, watchdog),
        quiet=quiet,
    )
    return Deps(
        database=database,
        clock=clock,
        metrics=metrics,
        store=store,
        alarm=alarm,
        dispatcher=dispatcher,
        scheduler=Scheduler(dispatcher, alarm, clock, stopping, watchdog),
        broadcast=furnish(
            database=database,
            clock=clock,
            gate=gate,
            sender=sender,
            main_api=main_api,
            metrics=metrics,
            run=run,
            stopping=stopping,
            watchdog=watchdog,
        ),
    )
