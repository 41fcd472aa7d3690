"""What befalls the way to a server: cut, lossy, slow or late for some seconds, then healed."""

import random
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field

from tests.support.netns import Host

LASTS_SECONDS = (4.0, 12.0)
LOST_PERCENT = 30
KILOBITS = 48
LATE_SECONDS = 0.4  # each way
RELAY_MARK = 7


@contextmanager
def cut(way: "Way") -> Iterator[None]:
    way.server.cut()
    try:
        yield
    finally:
        way.server.join()


@contextmanager
def lossy(way: "Way") -> Iterator[None]:
    way.server.lose(LOST_PERCENT)
    try:
        yield
    finally:
        way.server.lose(0)


@contextmanager
def slow(way: "Way") -> Iterator[None]:
    way.server.slow(KILOBITS)
    try:
        yield
    finally:
        way.server.slow(0)


@contextmanager
def late(way: "Way") -> Iterator[None]:
    """Connections that begin meanwhile go by way of a relay on the main host."""
    table = f"late{way.relay_port}"
    way.main.run(
        "nft",
        f"table ip {table} {{ chain out {{ type nat hook output priority -100;"
        f" ip daddr {way.server.ipv4} tcp dport {way.agent_port} meta mark != {RELAY_MARK}"
        f" redirect to :{way.relay_port}; }}; }}",
    )
    try:
        with way.relay():
            yield
    finally:
        way.main.run("nft", f"delete table ip {table}")


KINDS: dict[str, Callable[["Way"], AbstractContextManager[None]]] = {
    "cut": cut,
    "lossy": lossy,
    "slow": slow,
    "late": late,
}


@dataclass
class Way:
    """Between main and one server. `seen` counts the troubles that were healed."""

    main: Host
    server: Host
    agent_port: int
    relay_port: int
    seen: Counter[str] = field(default_factory=Counter)

    @contextmanager
    def relay(self) -> Iterator[None]:
        """Whoever was carried by it loses his connection when it ends."""
        relay = subprocess.Popen(
            [sys.executable, "-m", "tests.apart.relay", "--port", str(self.relay_port),
             "--to", f"{self.server.ipv4}:{self.agent_port}",
             "--late", str(LATE_SECONDS), "--mark", str(RELAY_MARK)]
        )  # fmt: skip
        try:
            yield
        finally:
            relay.kill()
            relay.wait()

    def suffer(
        self, dice: random.Random, over: threading.Event, healed: Callable[[str], None]
    ) -> None:
        """One trouble after the other until it is over; `healed` is called after each, and looks
        whether all is well again.
        """
        while not over.is_set():
            for kind in dice.sample(list(KINDS), len(KINDS)):
                if over.is_set():
                    return
                with KINDS[kind](self):
                    over.wait(dice.uniform(*LASTS_SECONDS))
                self.seen[kind] += 1
                healed(kind)
