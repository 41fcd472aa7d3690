"""The load of this machine, read from the kernel's own files."""

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from models.presence import MachineLoad

PROC = Path("/proc")
LEAST_SECONDS = 2.0  # over less time a share or a rate says nothing


class Sample(NamedTuple):
    """Counters at a moment: jiffies of all processors, the customers' bytes since the start."""

    at: float
    idle: int
    total: int
    carried: int | None


class Load:
    """`carried` tells the bytes that the core has carried since its start, None while it does not
    answer; `monotonic` in seconds.

    The share and the rate are those since the last question at least `LEAST_SECONDS` before.
    What cannot be read is told as nothing: no figure is worth an answer that fails.
    """

    def __init__(
        self,
        state_dir: Path,
        carried: Callable[[], int | None],
        monotonic: Callable[[], float],
        proc: Path = PROC,
    ) -> None:
        self._state_dir = state_dir
        self._carried = carried
        self._monotonic = monotonic
        self._proc = proc
        self._lock = threading.Lock()
        self._last = self._sample()
        self._busy, self._rate = 0.0, 0

    def now(self) -> MachineLoad:
        with self._lock:
            self._measure()
            return MachineLoad(
                cpu_busy=self._busy,
                load=self._load_average(),
                memory_available_bytes=self._memory_available(),
                disk_free_bytes=_disk_free(self._state_dir),
                bytes_per_second=self._rate,
            )

    def _measure(self) -> None:
        sample, last = self._sample(), self._last
        if sample.at - last.at < LEAST_SECONDS:
            return
        self._last = sample
        spent = sample.total - last.total
        busy = 1 - (sample.idle - last.idle) / spent if spent > 0 else 0.0
        self._busy = round(min(max(busy, 0.0), 1.0), 3)
        self._rate = int(_grown(last.carried, sample.carried) / (sample.at - last.at))

    def _sample(self) -> Sample:
        idle, total = self._processors()
        return Sample(self._monotonic(), idle, total, self._carried())

    def _processors(self) -> tuple[int, int]:
        """Idle and all time; proc(5): user nice system idle iowait irq softirq steal [guests]."""
        try:
            line = (self._proc / "stat").read_text().partition("\n")[0]
            times = [int(value) for value in line.split()[1:9]]
            return times[3] + times[4], sum(times)
        except (OSError, ValueError, IndexError):
            return 0, 0

    def _load_average(self) -> float:
        try:
            average = float((self._proc / "loadavg").read_text().split()[0])
        except (OSError, ValueError, IndexError):
            return 0.0
        return round(average / (os.cpu_count() or 1), 2)

    def _memory_available(self) -> int:
        try:
            for line in (self._proc / "meminfo").read_text().splitlines():
                if line.startswith("MemAvailable:"):
                    return int(line.split()[1]) * 1024
        except (OSError, ValueError, IndexError):
            pass
        return 0


def _grown(before: int | None, after: int | None) -> int:
    """A core that has started anew counts from nothing."""
    if before is None or after is None:
        return 0
    return after - before if after >= before else after


def _disk_free(folder: Path) -> int:
    try:
        found = os.statvfs(folder)
    except OSError:
        return 0
    return found.f_bavail * found.f_frsize
