"""Kills one process after the other with -9 at random moments, while people are at work."""

import random
import signal
import time
from collections import Counter
from collections.abc import Callable

from sandbox.layout import COUNTRIES
from sandbox.shop import Sandbox

TARGETS = (
    "main_api",
    "main_jobs",
    "payments_webhook",
    "notify_service",
    "tg_bot",
    *(f"{what}_{country}" for country in COUNTRIES for what in ("agent", "core")),
)
PAUSE_SECONDS = (0.4, 2.0)


class Killer:
    """`kills` counts those that happened while at least one buyer had work in flight."""

    def __init__(self, sandbox: Sandbox, dice: random.Random, at_work: Callable[[], int]) -> None:
        self._sandbox = sandbox
        self._dice = dice
        self._at_work = at_work
        self.kills: Counter[str] = Counter()

    def run(self, deadline: float) -> None:
        """Rounds over all targets in random order, until nobody is at work or the time is up."""
        while self._at_work() and time.monotonic() < deadline:
            for name in self._dice.sample(TARGETS, len(TARGETS)):
                time.sleep(self._dice.uniform(*PAUSE_SECONDS))
                if time.monotonic() > deadline or not self._at_work():
                    return
                if self._sandbox.kill(name, signal.SIGKILL):
                    self.kills[name] += 1

    def spared(self) -> list[str]:
        return [name for name in TARGETS if not self.kills[name]]
