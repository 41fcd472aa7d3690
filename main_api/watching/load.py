"""How loaded a server is, in coarse steps that do not waver: clients keep the order of links."""

from typing import Final

from models.presence import MachineLoad

EDGES: Final = (500, 700, 850)  # thousandths of what the machine can do
SLACK: Final = 100  # a server returns to the step below only when it is so far under the edge
WEIGHT: Final = 4  # a look counts for a quarter, those before it for the rest
LEAST_MEMORY_BYTES: Final = 48 * 1024 * 1024
FULL: Final = 1000


def smoothed(before: int, machine: MachineLoad, *, fresh: bool) -> int:
    """In thousandths; a server that is `fresh` has no figures from before."""
    now = _busy(machine)
    return now if fresh else before + round((now - before) / WEIGHT)


def bucket_of(busy: int, before: int) -> int:
    """0 is the least loaded; upwards at the edge, downwards well under it."""
    up = sum(busy >= edge for edge in EDGES)
    down = sum(busy >= edge - SLACK for edge in EDGES)
    return max(up, min(before, down))


def _busy(machine: MachineLoad) -> int:
    if 0 < machine.memory_available_bytes < LEAST_MEMORY_BYTES:
        return FULL
    return round(FULL * max(machine.cpu_busy, min(machine.load, 1.0)))
