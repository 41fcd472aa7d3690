"""CPU time and memory of a shop's processes, their children included."""

from contextlib import suppress
from dataclasses import dataclass

import psutil


@dataclass(frozen=True)
class Usage:
    """`shop_seconds` of CPU by the shop, `machine_seconds` by everything on this machine."""

    shop_seconds: float
    machine_seconds: float

    def since(self, before: "Usage") -> "Usage":
        return Usage(
            self.shop_seconds - before.shop_seconds, self.machine_seconds - before.machine_seconds
        )


class Meter:
    def __init__(self, pids: list[int]) -> None:
        roots = [psutil.Process(pid) for pid in pids if pid]
        self._processes = [p for root in roots for p in (root, *root.children(recursive=True))]

    def read(self) -> Usage:
        spent = 0.0
        for process in self._processes:
            with suppress(psutil.NoSuchProcess):
                times = process.cpu_times()
                # a core that tests a config lives shortly, and is counted when it was waited for
                spent += times.user + times.system + times.children_user + times.children_system
        whole = psutil.cpu_times()
        not_spent = whole.idle + whole.iowait + whole.steal + whole.guest + whole.guest_nice
        return Usage(spent, sum(whole) - not_spent)

    def memory_mb(self) -> float:
        """Proportional: what processes share counts once."""
        total = 0
        for process in self._processes:
            with suppress(psutil.NoSuchProcess):
                total += process.memory_full_info().pss
        return total / 2**20
