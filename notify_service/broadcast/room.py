"""Broadcasts put together: what the routes ask, and the threads that do the work."""

import threading
import time
from dataclasses import dataclass

from common.clients.main_api import MainApi
from common.clock import Clock, real_sleep
from common.metrics import Metrics
from common.storage.protocol import Database
from common.supervision import Watchdog
from common.telegram.gate import Gate
from common.telegram.sender import Sender
from notify_service.alarm import Alarm
from notify_service.broadcast.deletion import Deletion
from notify_service.broadcast.freezing import Freezing
from notify_service.broadcast.house import House
from notify_service.broadcast.progress import Progress
from notify_service.broadcast.recipients import RecipientStore
from notify_service.broadcast.runner import Runner
from notify_service.broadcast.sending import Sending
from notify_service.broadcast.service import BroadcastService
from notify_service.broadcast.store import BroadcastStore
from notify_service.persistence import Persistence


@dataclass(frozen=True)
class Room:
    service: BroadcastService
    runner: Runner
    recipients: RecipientStore


def furnish(
    *,
    database: Database,
    clock: Clock,
    gate: Gate,
    sender: Sender,
    main_api: MainApi,
    metrics: Metrics,
    run: str,
    stopping: threading.Event,
    watchdog: Watchdog,
) -> Room:
    store, recipients = BroadcastStore(database), RecipientStore(database, run)
    alarm, persistence = Alarm(clock), Persistence(stopping, watchdog)
    served = metrics.counter("broadcast_copies_total", "Copies by how they ended", "state")
    progress = Progress(
        store, recipients, sender, gate, main_api, clock, time.monotonic, stopping.wait
    )
    freezing = Freezing(store, recipients, main_api, clock)
    runner = Runner(
        store=store,
        recipients=recipients,
        sending=Sending(store, recipients, sender, gate, clock, served, persistence),
        deletion=Deletion(recipients, sender, gate, clock, persistence),
        house=House(store, recipients, freezing, progress, main_api, clock, alarm),
        gate=gate,
        alarm=alarm,
        clock=clock,
        stopping=stopping,
        watchdog=watchdog,
    )
    service = BroadcastService(store, sender, gate, main_api, alarm, clock, real_sleep)
    return Room(service, runner, recipients)
