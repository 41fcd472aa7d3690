"""What one run of the emulator is given."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from common.clock import Clock, system_clock


@dataclass(frozen=True)
class Settings:
    """`clock` dates the messages; `monotonic` measures lifetimes, which never follow a moved clock.

    `lax_urls` accepts buttons and links to this machine, which Telegram refuses: the sandbox's own
    pages live there.
    `overall_rate` and `chat_rate` are messages a second; None switches that flood limit off.
    """

    token: str
    clock: Clock = system_clock
    offset_file: Path | None = None
    bot_username: str = "keyland_sandbox_bot"
    bot_name: str = "Keyland"
    lax_urls: bool = False
    callback_lifetime: float = 15.0
    overall_rate: float | None = 30.0
    chat_rate: float | None = None
    monotonic: Callable[[], float] = time.monotonic

    @property
    def bot_id(self) -> int:
        return int(self.token.partition(":")[0])
