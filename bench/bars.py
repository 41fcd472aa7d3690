"""What was promised, each as a figure, its limit, and whether it holds."""

from dataclasses import dataclass
from typing import Any

from typing_extensions import override

BURST_P95_MS = 800.0
SEQUENTIAL_RATIO = 2.0
ACCESS_P95_MS = 300.0
READS_PER_SECOND = 800.0
READ_P95_MS = 100.0
READS_TO_NOTHING = 0.5
CHANGE_BY_USERS = 1.2

FILL_SECONDS = 5.0
EQUAL_MS, EQUAL_BYTES = 50.0, 1000
ADD_BY_USERS = 1.2
AGENT_MB = 80.0
BACK_SECONDS = 1.5

Json = dict[str, Any]


@dataclass(frozen=True)
class Bar:
    """`at_most` false: the figure must reach the limit. A `ratio` compares what was measured in the
    same run, and errors count as one; other limits are of a time or a rate, which a slower machine
    may miss.
    """

    name: str
    figure: float
    limit: float
    at_most: bool = True
    ratio: bool = False

    @property
    def holds(self) -> bool:
        return self.figure <= self.limit if self.at_most else self.figure >= self.limit

    @override
    def __str__(self) -> str:
        sign = "<=" if self.at_most else ">="
        verdict = "ok    " if self.holds else "MISSED" if self.ratio else "SLOW  "
        return f"{verdict} {self.name}: {self.figure:g} ({sign} {self.limit:g})"


def bars(told: Json) -> list[Bar]:
    """`told` is what results.json holds."""
    empty, full = told["empty"], told["full"]
    burst, reads, events = empty["bursts"]["100"], empty["reads"], empty["events"]
    nothing = empty["nothing"]["per_second"]["read"]
    return [
        Bar("100 creations at once, P95 ms", burst["p95_ms"], BURST_P95_MS),
        Bar("creation one by one, P50 to the bare prototype's", empty["sequential"]["ratio"],
            SEQUENTIAL_RATIO, ratio=True),
        Bar("event to access at 10 a second, P95 ms", events["access_ms"]["p95"], ACCESS_P95_MS),
        Bar("subscription reads a second", reads["per_second"]["read"], READS_PER_SECOND,
            at_most=False),
        Bar("subscription read, P95 ms", reads["latency_ms"]["read"]["p95"], READ_P95_MS),
        Bar("subscription reads, to requests of a view that does nothing",
            round(reads["per_second"]["read"] / nothing, 2), READS_TO_NOTHING,
            at_most=False, ratio=True),
        Bar("errors and lost events", errors(empty) + errors(full), 0, ratio=True),
        *(
            Bar(f"worse with the existing users, {name}", round(ratio, 2), CHANGE_BY_USERS,
                ratio=True)
            for name, ratio in _worse(empty, full).items()
        ),
    ]  # fmt: skip


def server_bars(told: Json) -> list[Bar]:
    """Of one server with many users: what `bench.servers` has measured."""
    agreement, download = told["agreement"], told["download"]
    whole = download["blocks"] and not download["broken"]
    broken = int(not whole) + int(not told["core_kept"]) + agreement["errors"]
    return [
        Bar("an empty server filled, seconds", told["fill_seconds"], FILL_SECONDS),
        Bar("check of equal tables, P95 ms", agreement["equal_ms"]["p95"], EQUAL_MS),
        Bar("check of equal tables, bytes", agreement["equal_bytes"], EQUAL_BYTES, ratio=True),
        Bar("one user more, to one where there is none", told["add_ms"]["ratio"], ADD_BY_USERS,
            ratio=True),
        Bar("the agent's memory, MB", told["memory_mb"]["worker"], AGENT_MB),
        Bar("all connect again after the core's start, seconds",
            told["core_killed"]["since_start_seconds"], BACK_SECONDS),
        Bar("downloads broken and cores restarted by an edit", broken, 0, ratio=True),
    ]  # fmt: skip


def _worse(empty: Json, full: Json) -> Json:
    """By how much, with many users there: every ratio is above one when it is worse."""
    return {
        "burst P95": full["bursts"]["100"]["p95_ms"] / empty["bursts"]["100"]["p95_ms"],
        "one by one P50": full["sequential"]["create"]["p50"]
        / empty["sequential"]["create"]["p50"],
        "event to access P95": full["events_in_turn"]["access_ms"]["p95"]
        / empty["events_in_turn"]["access_ms"]["p95"],
        "reads a second": empty["reads"]["per_second"]["read"]
        / full["reads"]["per_second"]["read"],
        "read P95": full["reads"]["latency_ms"]["read"]["p95"]
        / empty["reads"]["latency_ms"]["read"]["p95"],
    }


def errors(found: Any) -> float:
    """All that anybody counted, however deep."""
    if not isinstance(found, dict):
        return 0
    own = sum(found[key] for key in ("errors", "lost") if key in found)
    return float(own + sum(errors(value) for value in found.values()))
