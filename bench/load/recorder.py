"""Every time and every error of a run by name, in full: locust's own statistics are rounded."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter


class Recorder:
    def __init__(self) -> None:
        self.times_ms: dict[str, list[float]] = defaultdict(list)
        self.errors: list[str] = []

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        began = perf_counter()
        try:
            yield
        except Exception as trouble:  # noqa: BLE001 -- it is counted, and the bars allow none
            self.errors.append(f"{name}: {trouble}"[:200])
        else:
            self.times_ms[name].append((perf_counter() - began) * 1000)

    def count(self, name: str) -> int:
        return len(self.times_ms[name])

    def taken(self, name: str) -> list[float]:
        """The times under that name so far, which are thereby forgotten."""
        return self.times_ms.pop(name, [])
