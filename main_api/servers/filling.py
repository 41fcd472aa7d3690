"""Watches a new server get its users: the jobs process brings them, this only looks."""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Protocol

from common.clock import Sleep, real_sleep
from common.storage.protocol import Document
from main_api.vpn_api.server_store import ServerStore
from main_api.vpn_api.waiting import Waiting

LOOK_SECONDS = 0.3
NOTICED_SECONDS = 30.0
STANDSTILL_SECONDS = 60.0


class Bar(Protocol):
    def show(self, done: int, total: int) -> None: ...


class NotFilled(Exception):
    """The message says what to do about it."""


@dataclass(frozen=True)
class Filling:
    """`noticed_seconds`: how long the jobs process has to see the new line of the file;
    `standstill_seconds`: how long nobody may have been brought to the server.
    """

    store: ServerStore
    waiting: Waiting
    sleep: Sleep = real_sleep
    now: Callable[[], float] = monotonic
    noticed_seconds: float = NOTICED_SECONDS
    standstill_seconds: float = STANDSTILL_SECONDS

    def watch(self, address: str, bar: Bar) -> None:
        """Until it has joined and nobody is pending there. Raises NotFilled."""
        self._until(
            address, lambda seen: bool(seen.get("enlisted")) or seen.get("told") is not None
        )
        total = left = self._left(address)
        moved = self.now()
        while left:
            bar.show(total - left, total)
            self.sleep(LOOK_SECONDS)
            before, left = left, self._left(address)
            total = max(total, left)  # who buys meanwhile is pending, too
            if left != before:
                moved = self.now()
            elif self.now() - moved > self.standstill_seconds:
                raise NotFilled(
                    f"{left} users are not there yet and nothing moves:"
                    " journalctl -u keyland-main-jobs; they are brought there when it works again"
                )
        bar.show(total, total)

    def until_enlisted(self, address: str, *, enlisted: bool) -> None:
        """Until the jobs process has seen the change of the file. Raises NotFilled."""
        self._until(address, lambda seen: bool(seen.get("enlisted")) == enlisted)

    def _until(self, address: str, noticed: Callable[[Document], bool]) -> None:
        deadline = self.now() + self.noticed_seconds
        while not noticed(self.store.all().get(address, {})):
            if self.now() > deadline:
                raise NotFilled(
                    "the list is written, but no jobs process has noticed it:"
                    " systemctl start keyland-main-jobs; it does the rest by itself"
                )
            self.sleep(LOOK_SECONDS)

    def _left(self, address: str) -> int:
        return self.waiting.counts([address])[address]
