"""Somebody pays while the broadcast runs, again and again: how long his receipts take."""

import threading
import time
from dataclasses import dataclass, field
from datetime import timedelta

from common.clock import milliseconds, system_clock
from common.errors import ServiceError
from models.codes import NoticeKind
from models.notifies import Notice
from sandbox.broadcast.crowd import PAYER
from sandbox.broadcast.scene import Scene

PATIENCE_SECONDS = 20.0


@dataclass
class Payers:
    """`seconds` from when notify_service was told of a payment to when Telegram has the receipt."""

    scene: Scene
    every_seconds: float
    quiet: threading.Lock
    seconds: list[float] = field(default_factory=list)

    def run(self, over: threading.Event) -> None:
        while not over.wait(self.every_seconds):
            with self.quiet:
                self._pay(f"receipt-{len(self.seconds)}")

    def _pay(self, key: str) -> None:
        now = system_clock()
        until = milliseconds(now + timedelta(days=30))
        params: dict[str, str | int] = {
            "order_id": key, "until_ms": until, "months": 1, "first": 0,
        }  # fmt: skip
        notice = Notice(
            key=key, kind=NoticeKind.PAYMENT_RECEIVED, telegram_id=PAYER, due_at=now, params=params
        )
        began = time.monotonic()
        try:
            self.scene.notify_service.add(notice)
        except ServiceError:
            return  # it is down: main_api would repeat it
        self.seconds.append(self._arrived(len(self.seconds) + 1, began))

    def _arrived(self, wanted: int, began: float) -> float:
        while (taken := time.monotonic() - began) < PATIENCE_SECONDS:
            messages = self.scene.look(f"chats/{PAYER}")["messages"]
            if sum(message["from_bot"] for message in messages) >= wanted:
                break
            time.sleep(0.02)
        return taken
