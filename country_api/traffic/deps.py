"""The counting of traffic put together."""

import time
from pathlib import Path

from common.clock import Clock
from common.supervision import Watchdog
from country_api.traffic.ledger import Ledger
from country_api.traffic.meter import Core, Meter
from country_api.traffic.recorder import Recorder

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class Counting:
    """`ledger` answers whoever asks; `recorder` fills it once started."""

    def __init__(self, state_dir: Path, core: Core, clock: Clock, watchdog: Watchdog) -> None:
        meter = Meter(core, BOOT_ID.read_text(encoding="ascii").strip(), time.monotonic)
        self.ledger = Ledger(state_dir / "traffic.sqlite3", meter.now, clock)
        self.recorder = Recorder(meter, self.ledger, watchdog)

    def close(self) -> None:
        self.recorder.stop()
        self.ledger.close()
