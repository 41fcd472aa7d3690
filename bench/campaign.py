"""What is measured, how often, and in which order: both shops in short turns, so that whatever
else this machine does meanwhile falls on both.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bench import figures
from bench.machine import loop_ms
from bench.measure import Bench

Json = dict[str, Any]
Measure = Callable[[Sequence[Bench]], dict[str, Json]]
"""What one measurement found, by the name of the shop."""


@dataclass(frozen=True)
class Plan:
    """How much of everything in each turn of each shop; `bursts` are (customers, rounds)."""

    turns: int = 10
    bursts: tuple[tuple[int, int], ...] = ((1, 3), (10, 2), (100, 2))
    one_by_one: int = 25
    read_seconds: float = 3.0
    nothing_seconds: float = 2.0
    mixed_seconds: float = 2.0
    events: int = 50


QUICK = Plan(turns=1, events=20)


class Campaign:
    def __init__(self, plan: Plan, benches: Sequence[Bench], cores: int) -> None:
        self._plan = plan
        self._benches = benches
        self._cores = cores
        self.loops_ms: list[float] = []

    def run(self) -> Json:
        """Results by the name of the shop, what all turns found in one pot."""
        pots: dict[str, dict[str, list[Json]]] = {
            it.name: defaultdict(list) for it in self._benches
        }
        for turn in range(self._plan.turns):
            order = self._benches if turn % 2 == 0 else tuple(reversed(self._benches))
            for title, measure in self._measurements().items():
                self.loops_ms.append(loop_ms())
                for name, found in measure(order).items():
                    pots[name][title].append(found)
            print(f"bench: turn {turn + 1} of {self._plan.turns} done", flush=True)
        return {name: self._results(pot) for name, pot in pots.items()}

    def _measurements(self) -> dict[str, Measure]:
        plan = self._plan
        return {
            **{
                _burst(size): _each("bursts", users=size, rounds=rounds)
                for size, rounds in plan.bursts
            },
            "sequential": _each("sequential", users=plan.one_by_one),
            "reads": _each("reads", reading=True, users=32, seconds=plan.read_seconds),
            "nothing": _each("nothing", users=32, seconds=plan.nothing_seconds),
            "events": _events(users=plan.events, per_second=10.0),
            "events in turn": _events_in_turn(users=plan.events, per_second=5.0),
            "mixed": _each("mixed", reading=True, users=16, seconds=plan.mixed_seconds),
        }

    def _results(self, pot: Mapping[str, list[Json]]) -> Json:
        bursts = {
            str(size): figures.of_bursts(pot[_burst(size)], self._cores)
            for size, _ in self._plan.bursts
        }
        return {
            "bursts": bursts,
            "sequential": figures.of_sequence(pot["sequential"]),
            "reads": figures.of_traffic(pot["reads"], self._cores),
            "nothing": figures.of_traffic(pot["nothing"], self._cores),
            "events": figures.of_events(pot["events"]),
            "events_in_turn": figures.of_events(pot["events in turn"]),
            "mixed": figures.of_traffic(pot["mixed"], self._cores),
        }


def _each(kind: str, *, reading: bool = False, **how: Any) -> Measure:
    """One shop after the other."""

    def measure(shops: Sequence[Bench]) -> dict[str, Json]:
        return {it.name: it.run(kind, **how, tokens=it.tokens() if reading else []) for it in shops}

    return measure


def _events(**how: Any) -> Measure:
    """One shop after the other."""
    return lambda shops: {it.name: it.run("events", **how)["shops"][0] for it in shops}


def _events_in_turn(**how: Any) -> Measure:
    """All shops in one run, which alternates between them."""

    def measure(shops: Sequence[Bench]) -> dict[str, Json]:
        found = shops[0].run("events", beside=shops[1:], **how)["shops"]
        return {shop.name: its for shop, its in zip(shops, found, strict=True)}

    return measure


def _burst(size: int) -> str:
    return f"bursts of {size}"
