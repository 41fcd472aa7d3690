"""From raw times to the few numbers that are told: percentiles, and medians of repetitions."""

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


def of_bursts(found: Json, cores: int) -> Json:
    """`found` is what the generator told of bursts of one size.

    The 95th percentile is that of each burst, then the median of the bursts; CPU is summed over
    all of them, since a short burst is below the resolution of the kernel's counters.
    """
    rounds = [it for it in found["rounds"] if it["times_ms"]]
    wall = sum(it["wall_seconds"] for it in rounds)
    created = sum(len(it["times_ms"]) for it in rounds)
    shop = sum(it["shop_cpu_seconds"] for it in rounds)
    return {
        "p95_ms": round(median(percentile(it["times_ms"], 95) for it in rounds), 1),
        "mean_ms": round(median(mean(it["times_ms"]) for it in rounds), 1),
        "creations_per_second": round(created / wall, 1),
        "requests_per_second": round(2 * created / wall, 1),
        "shop_cpu_percent": round(100 * shop / wall / cores, 1),
        "machine_cpu_percent": round(
            100 * sum(it["machine_cpu_seconds"] for it in rounds) / wall / cores, 1
        ),
        "shop_cpu_ms_per_creation": round(1000 * shop / created, 1),
        "memory_mb": round(median(it["memory_mb"] for it in rounds), 1),
        "latency_ms": latency([t for it in rounds for t in it["times_ms"]]),
        "errors": len(found["errors"]),
    }


def of_sequence(found: Json) -> Json:
    """`ratio` is of the medians: ours to the bare prototype's."""
    told: Json = {name: latency(times) for name, times in found["times_ms"].items()}
    told["ratio"] = round(told["create"]["p50"] / told["bare"]["p50"], 2)
    return told | {"errors": len(found["errors"])}


def of_traffic(found: Json, cores: int) -> Json:
    wall = found["wall_seconds"]
    return {
        "per_second": {
            name: round(len(times) / wall, 1) for name, times in found["times_ms"].items()
        },
        "latency_ms": {name: latency(times) for name, times in found["times_ms"].items()},
        "shop_cpu_percent": round(100 * found["shop_cpu_seconds"] / wall / cores, 1),
        "machine_cpu_percent": round(100 * found["machine_cpu_seconds"] / wall / cores, 1),
        "memory_mb": round(found["memory_mb"], 1),
        "errors": len(found["errors"]),
    }


def of_events(found: Json) -> Json:
    return {
        "access_ms": latency(found["times_ms"]["access"]),
        "answer_ms": latency(found["times_ms"]["answer"]),
        "lost": found["expected"] - len(found["times_ms"]["access"]),
        "errors": len(found["errors"]),
    }


def middle(repetitions: Sequence[Any]) -> Any:
    """The median of every number in equally shaped results; of errors and losses, the sum."""
    first = repetitions[0]
    if isinstance(first, dict):
        return {
            key: sum(it[key] for it in repetitions)
            if key in ("errors", "lost")
            else middle([it[key] for it in repetitions])
            for key in first
        }
    return round(median(repetitions), 2)
