"""What is measured, how often, and in which order: each on both shops in turn, so that whatever
else this machine does meanwhile falls on both.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bench import figures
from bench.machine import loop_ms
from bench.measure import Bench

Json = dict[str, Any]
SIZES = (1, 10, 100)


@dataclass(frozen=True)
class Plan:
    """How much of everything; `repetitions` are turns over both shops."""

    repetitions: int = 5
    bursts: tuple[int, int, int] = (6, 3, 3)
    one_by_one: int = 80
    read_seconds: float = 6.0
    mixed_seconds: float = 8.0
    events: int = 120


QUICK = Plan(
    repetitions=1, bursts=(3, 2, 1), one_by_one=20, read_seconds=3.0,
    mixed_seconds=3.0, events=20,
)  # fmt: skip


class Campaign:
    def __init__(self, plan: Plan, benches: Sequence[Bench], cores: int) -> None:
        self._plan = plan
        self._benches = benches
        self._cores = cores
        self.loops_ms: list[float] = []

    def run(self) -> list[Json]:
        """Of each turn: results by the name of the shop."""
        plan = self._plan
        turns: list[Json] = [
            {bench.name: {"bursts": {}} for bench in self._benches} for _ in range(plan.repetitions)
        ]
        for size, rounds in zip(SIZES, plan.bursts, strict=True):
            found = self._turns(f"bursts of {size}", self._bursts(size, rounds))
            for turn, results in zip(turns, found, strict=True):
                for name, result in results.items():
                    turn[name]["bursts"][str(size)] = result
        for title, measure in (
            ("sequential", self._sequential),
            ("reads", self._reads),
            ("events", self._events),
            ("mixed", self._mixed),
        ):
            for turn, results in zip(turns, self._turns(title, measure), strict=True):
                for name, result in results.items():
                    turn[name][title] = result
        return turns

    def generator(self) -> Json:
        """What the generator reaches against a view that does nothing."""
        seconds = self._plan.read_seconds
        found = self._benches[0].run("nothing", users=32, seconds=seconds)
        return figures.of_traffic(found, self._cores)

    def _turns(self, title: str, measure: Callable[[Bench], Json]) -> list[dict[str, Json]]:
        turns = []
        for turn in range(self._plan.repetitions):
            order = self._benches if turn % 2 == 0 else tuple(reversed(self._benches))
            self.loops_ms.append(loop_ms())
            turns.append({bench.name: measure(bench) for bench in order})
            print(f"bench: {title}, {turn + 1} of {self._plan.repetitions}", flush=True)
        return turns

    def _bursts(self, size: int, rounds: int) -> Callable[[Bench], Json]:
        def measure(bench: Bench) -> Json:
            return figures.of_bursts(bench.run("bursts", users=size, rounds=rounds), self._cores)

        return measure

    def _sequential(self, bench: Bench) -> Json:
        return figures.of_sequence(bench.run("sequential", users=self._plan.one_by_one))

    def _reads(self, bench: Bench) -> Json:
        found = bench.run("reads", users=32, seconds=self._plan.read_seconds, tokens=bench.tokens())
        return figures.of_traffic(found, self._cores)

    def _mixed(self, bench: Bench) -> Json:
        found = bench.run(
            "mixed", users=16, seconds=self._plan.mixed_seconds, tokens=bench.tokens()
        )
        return figures.of_traffic(found, self._cores)

    def _events(self, bench: Bench) -> Json:
        found = bench.run("events", users=self._plan.events, per_second=10.0)
        return figures.of_events(found)
