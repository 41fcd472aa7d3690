"""What goes wrong on the way: 429s, calls nobody answers, and kill -9."""

import random
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import requests

from common.service_client import make_session
from sandbox.broadcast.crowd import Crowd
from sandbox.broadcast.scene import Json, Scene

METHOD = "copyMessage"


@dataclass(frozen=True)
class Troubles:
    """How many; `unanswered` calls are answered after so many seconds, half of them undone."""

    floods: int
    unanswered: int
    silence_seconds: float
    retry_after: int = 1


def order_faults(scene: Scene, crowd: Crowd, troubles: Troubles, dice: random.Random) -> None:
    """Each fault waits for its person's turn, so that they come at random moments."""
    reachable = sorted(set(crowd.people) - crowd.blocked)
    chosen = dice.sample(reachable, troubles.floods + troubles.unanswered)
    flooded, silent = chosen[: troubles.floods], chosen[troubles.floods :]
    with make_session() as session:
        for person in flooded:
            fault = {"code": 429, "parameters": {"retry_after": troubles.retry_after}}
            _order(scene, session, person, fault)
        for n, person in enumerate(silent):
            delivered: Json = {"after_sleep": troubles.silence_seconds}
            undone: Json = {"before_sleep": troubles.silence_seconds, "code": 500}
            _order(scene, session, person, delivered if n % 2 else undone)


def _order(scene: Scene, session: requests.Session, person: int, fault: Json) -> None:
    scene.telegram(session, "POST", "faults", {"method": METHOD, "chat_id": person, **fault})


@dataclass
class Killer:
    """Kills notify_service when so many people were served, never while `quiet` is held."""

    scene: Scene
    served: Callable[[], int]
    at: list[int]
    quiet: threading.Lock
    down_seconds: list[float] = field(default_factory=list)

    def run(self, over: threading.Event) -> None:
        for number in self.at:
            while self.served() < number:
                if over.wait(0.05):
                    return
            with self.quiet:
                began = time.monotonic()
                self.scene.supervisor.kill("notify_service", signal.SIGKILL)
                time.sleep(0.05)
                self.scene.supervisor.wait_ready("notify_service")
                self.down_seconds.append(time.monotonic() - began)
