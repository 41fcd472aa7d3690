"""Telegram as the sandbox plays it, over real HTTP on a free port, for tests of who calls it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from common.telegram.gate import Gate, Traffic
from common.telegram.sender import Sender
from sandbox.telegram import people
from sandbox.telegram.app import create_app
from sandbox.telegram.emulator import Emulator, build
from sandbox.telegram.faults import Fault
from sandbox.telegram.server import make
from sandbox.telegram.settings import Settings

TOKEN = "424242:TEST-token-that-must-not-be-logged"
ANYA, BOB = 910_000_001, 910_000_002


class Elapsed:
    """A monotonic clock that only a test, or a sleep, moves on."""

    def __init__(self) -> None:
        self.seconds = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds


@dataclass
class Telegram:
    base: str
    emulator: Emulator

    def started_by(self, *user_ids: int) -> None:
        with self.emulator.changed:
            for user_id in user_ids:
                people.say(self.emulator, self.emulator.world.chats[user_id], "/start")

    def block(self, user_id: int) -> None:
        with self.emulator.changed:
            people.set_blocked(self.emulator, self.emulator.world.chats[user_id], blocked=True)

    def fault(self, **fault: Any) -> None:
        with self.emulator.changed:
            self.emulator.faults.queue.append(Fault(**fault))

    def calls(self, method: str) -> list[dict[str, Any]]:
        return [entry for entry in self.emulator.journal.since(0) if entry["method"] == method]

    def texts(self, user_id: int) -> list[str]:
        """What the bot has said in this chat, as a person reads it."""
        with self.emulator.changed:
            messages = list(self.emulator.world.chats[user_id].messages.values())
        return [message.content.text.text for message in messages if message.from_bot]


@contextmanager
def telegram() -> Iterator[Telegram]:
    emulator = build(Settings(TOKEN, overall_rate=None))
    server = make(create_app(emulator.settings, emulator), "127.0.0.1", 0)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    running = Telegram(f"http://127.0.0.1:{server.port}", emulator)
    running.started_by(ANYA, BOB)
    try:
        yield running
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def sender_to(
    base: str, elapsed: Elapsed, traffic: Traffic = Traffic.INTERACTIVE, **settings: Any
) -> Sender:
    gate = settings.pop("gate", None) or Gate(monotonic=elapsed, sleep=elapsed.sleep)
    return Sender(TOKEN, api_url=base, gate=gate, traffic=traffic, sleep=elapsed.sleep, **settings)
