"""Every time and every error of a run by name, in full: locust's own statistics are rounded."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Any

from locust.env import Environment


class Recorder:
    """Listens to locust's requests; `timed` adds what is longer than one request."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self.times_ms: dict[str, list[float]] = defaultdict(list)
        self.errors: list[str] = []
        environment.events.request.add_listener(self._heard)

    def _heard(
        self, name: str, response_time: float, exception: Exception | None = None, **_rest: Any
    ) -> None:
        if exception is None:
            self.times_ms[name].append(response_time)
        else:
            self.errors.append(f"{name}: {exception}"[:200])

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        began, failure = perf_counter(), None
        try:
            yield
        except Exception as trouble:  # noqa: BLE001 -- it is counted, and the bars allow none
            failure = trouble
        self._environment.events.request.fire(
            request_type="customer",
            name=name,
            response_time=(perf_counter() - began) * 1000,
            response_length=0,
            exception=failure,
            context={},
        )

    def count(self, name: str) -> int:
        return len(self.times_ms[name])

    def taken(self, name: str) -> list[float]:
        """The times under that name so far, which are thereby forgotten."""
        return self.times_ms.pop(name, [])
