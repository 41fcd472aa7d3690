"""From raw times to the few numbers that are told: percentiles and rates."""

from collections import defaultdict
from collections.abc import Sequence
from statistics import mean, median
from typing import Any

Json = dict[str, Any]


def percentile(times: Sequence[float], percent: float) -> float:
    """The least time that at least `percent` of all do not exceed."""
    ordered = sorted(times)
    place = max(0, -(-len(ordered) * percent // 100) - 1)
    return float(ordered[int(place)])


def latency(times: Sequence[float]) -> Json:
    """In milliseconds."""
    told = {f"p{percent}": round(percentile(times, percent), 2) for percent in (50, 90, 95, 99)}
    return told | {"mean": round(mean(times), 2), "max": round(max(times), 2), "count": len(times)}


def of_bursts(found: Sequence[Json], cores: int) -> Json:
    """What the generator told of bursts of one size, in one or several runs.

    The 95th percentile is that of each burst, then the median of the bursts; CPU is summed over
    all of them, since a short burst is below the resolution of the kernel's counters.
    """
    rounds = [burst for it in found for burst in it["rounds"] if burst["times_ms"]]
    wall = _sum(rounds, "wall_seconds")
    created = sum(len(it["times_ms"]) for it in rounds)
    shop = _sum(rounds, "shop_cpu_seconds")
    return {
        "p95_ms": round(median(percentile(it["times_ms"], 95) for it in rounds), 1),
        "mean_ms": round(median(mean(it["times_ms"]) for it in rounds), 1),
        "creations_per_second": round(created / wall, 1),
        "requests_per_second": round(2 * created / wall, 1),
        "shop_cpu_percent": round(100 * shop / wall / cores, 1),
        "machine_cpu_percent": round(100 * _sum(rounds, "machine_cpu_seconds") / wall / cores, 1),
        "shop_cpu_ms_per_creation": round(1000 * shop / created, 1),
        "memory_mb": round(median(it["memory_mb"] for it in rounds), 1),
        "latency_ms": latency([t for it in rounds for t in it["times_ms"]]),
        "errors": _errors(found),
    }


def of_sequence(found: Sequence[Json]) -> Json:
    """`ratio` is of the medians: ours to the bare prototype's."""
    told: Json = {name: latency(times) for name, times in _times(found).items()}
    told["ratio"] = round(told["create"]["p50"] / told["bare"]["p50"], 2)
    return told | {"errors": _errors(found)}


def of_traffic(found: Sequence[Json], cores: int) -> Json:
    wall, times = _sum(found, "wall_seconds"), _times(found)
    shop, machine = _sum(found, "shop_cpu_seconds"), _sum(found, "machine_cpu_seconds")
    return {
        "per_second": {name: round(len(those) / wall, 1) for name, those in times.items()},
        "latency_ms": {name: latency(those) for name, those in times.items()},
        "shop_cpu_percent": round(100 * shop / wall / cores, 1),
        "machine_cpu_percent": round(100 * machine / wall / cores, 1),
        "memory_mb": round(median(it["memory_mb"] for it in found), 1),
        "errors": _errors(found),
    }


def of_events(found: Sequence[Json]) -> Json:
    times = _times(found)
    return {
        "access_ms": latency(times["access"]),
        "answer_ms": latency(times["answer"]),
        "lost": int(_sum(found, "expected")) - len(times["access"]),
        "errors": _errors(found),
    }


def _times(found: Sequence[Json]) -> dict[str, list[float]]:
    """By name, those of all runs."""
    all_times: dict[str, list[float]] = defaultdict(list)
    for it in found:
        for name, times in it["times_ms"].items():
            all_times[name] += times
    return all_times


def _sum(found: Sequence[Json], name: str) -> float:
    return float(sum(it[name] for it in found))


def _errors(found: Sequence[Json]) -> int:
    return sum(len(it["errors"]) for it in found)
