"""From raw times to verdicts: the numbers that the load test tells."""

from typing import Any

import pytest

from bench import figures
from bench.bars import Bar, bars, errors, server_bars


def burst(*times: float) -> dict[str, object]:
    return {
        "times_ms": list(times),
        "wall_seconds": max(times) / 1000,
        "shop_cpu_seconds": 0.1,
        "machine_cpu_seconds": 0.2,
        "memory_mb": 400.0,
    }


def shop(
    *,
    p95: float = 500.0,
    ratio: float = 1.5,
    reads: float = 900.0,
    nothing: float = 1200.0,
    lost: int = 0,
) -> dict[str, Any]:
    latency = {"p50": 5.0, "p95": 50.0, "p99": 70.0}
    return {
        "bursts": {"100": {"p95_ms": p95, "errors": 0}},
        "sequential": {"ratio": ratio, "create": latency, "bare": latency, "errors": 0},
        "events": {"access_ms": latency, "lost": 0, "errors": 0},
        "events_in_turn": {"access_ms": latency, "lost": lost, "errors": 0},
        "nothing": {"per_second": {"read": nothing}, "errors": 0},
        "reads": {"per_second": {"read": reads}, "latency_ms": {"read": latency}, "errors": 0},
    }


def told(empty: dict[str, Any], full: dict[str, Any]) -> dict[str, Any]:
    return {"empty": empty, "full": full}


def missed(results: dict[str, Any]) -> list[str]:
    return [bar.name for bar in bars(results) if not bar.holds]


@pytest.mark.parametrize(
    ("percent", "expected"), [(50, 50.0), (95, 95.0), (99, 99.0), (100, 100.0), (1, 1.0)]
)
def test_a_percentile_is_a_time_that_was_measured(percent: float, expected: float) -> None:
    assert figures.percentile([float(it) for it in range(100, 0, -1)], percent) == expected


def test_the_percentile_of_bursts_is_the_median_of_each_ones_own() -> None:
    found: list[dict[str, Any]] = [
        {"rounds": [burst(1.0, 10.0), burst(1.0, 30.0)], "errors": []},
        {"rounds": [burst(1.0, 1000.0)], "errors": ["late"]},
    ]

    result = figures.of_bursts(found, cores=2)

    assert result["p95_ms"] == 30.0
    assert result["latency_ms"]["max"] == 1000.0
    assert result["shop_cpu_percent"] == round(100 * 0.3 / 1.04 / 2, 1)
    assert result["errors"] == 1


def test_one_slow_moment_does_not_change_the_ratio() -> None:
    found = [
        {"times_ms": {"create": [20.0], "bare": [10.0]}, "errors": []},
        {"times_ms": {"create": [20.0, 400.0], "bare": [100.0, 10.0]}, "errors": []},
    ]

    assert figures.of_sequence(found)["ratio"] == 2.0


def test_what_several_runs_found_is_told_as_one() -> None:
    def run(*times: float, seconds: float) -> dict[str, Any]:
        return {
            "times_ms": {"read": list(times)},
            "wall_seconds": seconds,
            "shop_cpu_seconds": 1.0,
            "machine_cpu_seconds": 2.0,
            "memory_mb": 400.0,
            "errors": [],
        }

    result = figures.of_traffic([run(1.0, 2.0, seconds=1.0), run(9.0, seconds=3.0)], cores=2)

    assert result["per_second"] == {"read": 0.8}
    assert result["latency_ms"]["read"]["max"] == 9.0
    assert result["shop_cpu_percent"] == 25.0


def test_an_event_without_an_end_is_lost() -> None:
    found = [
        {"times_ms": {"access": [30.0], "answer": [5.0, 5.0]}, "expected": 2, "errors": ["late"]},
        {"times_ms": {"access": [40.0], "answer": [5.0]}, "expected": 1, "errors": []},
    ]

    result = figures.of_events(found)

    assert (result["lost"], result["errors"]) == (1, 1)
    assert result["access_ms"]["p95"] == 40.0


def test_all_bars_hold_for_a_shop_that_is_fast_enough() -> None:
    assert missed(told(shop(), shop())) == []


@pytest.mark.parametrize(
    ("slow", "expected"),
    [
        ({"p95": 801.0}, "100 creations at once, P95 ms"),
        ({"ratio": 2.01}, "creation one by one, P50 to the bare prototype's"),
        ({"reads": 799.0}, "subscription reads a second"),
        ({"lost": 1}, "errors and lost events"),
    ],
)
def test_each_promise_is_judged_on_its_own(slow: dict[str, float], expected: str) -> None:
    one = shop(**slow)  # type: ignore[arg-type]

    assert missed(told(one, one)) == [expected]


def test_a_shop_that_many_users_make_slower_misses_its_bar() -> None:
    expected = "worse with the existing users, burst P95"

    assert missed(told(shop(p95=300.0), shop(p95=370.0))) == [expected]


def test_reads_are_also_judged_by_what_the_machine_can_do() -> None:
    one = shop(reads=900.0, nothing=1900.0)

    assert missed(told(one, one)) == ["subscription reads, to requests of a view that does nothing"]


def test_a_slow_machine_misses_times_and_no_ratio() -> None:
    one = shop(p95=2000.0, reads=300.0, nothing=420.0)
    slow = told(one, one)

    assert len(missed(slow)) == 2
    assert all(bar.holds for bar in bars(slow) if bar.ratio)


def test_errors_are_found_however_deep_they_were_counted() -> None:
    assert errors({"a": {"b": {"errors": 2}, "lost": 1}, "errors": 1}) == 4


def test_a_bar_tells_its_verdict_first() -> None:
    assert str(Bar("reads", 799.0, 800.0, at_most=False)) == "SLOW   reads: 799 (>= 800)"
    assert str(Bar("change", 1.3, 1.2, ratio=True)) == "MISSED change: 1.3 (<= 1.2)"


def one_server(**changed: Any) -> dict[str, Any]:
    told = {
        "fill_seconds": 4.0,
        "agreement": {"equal_ms": {"p95": 20.0}, "equal_bytes": 803, "errors": 0},
        "add_ms": {"ratio": 1.0},
        "memory_mb": {"worker": 78.0},
        "core_killed": {"since_start_seconds": 0.8},
        "core_kept": True,
        "download": {"broken": False, "blocks": 1000},
    }
    return told | changed


def test_the_bars_of_one_server_hold_or_are_missed_one_by_one() -> None:
    assert all(bar.holds for bar in server_bars(one_server()))
    equal = one_server()["agreement"]
    for changed in (
        {"fill_seconds": 5.1},
        {"agreement": equal | {"equal_bytes": 1001}},
        {"agreement": equal | {"errors": 1}},
        {"agreement": equal | {"equal_ms": {"p95": 51.0}}},
        {"add_ms": {"ratio": 1.3}},
        {"memory_mb": {"worker": 81.0}},
        {"core_killed": {"since_start_seconds": 1.6}},
        {"core_kept": False},
        {"download": {"broken": True, "blocks": 1000}},
        {"download": {"broken": False, "blocks": 0}},
    ):
        assert len([it for it in server_bars(one_server(**changed)) if not it.holds]) == 1
