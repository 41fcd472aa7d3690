"""The paper's three graphs, against 1, 10 and 100 users at once, and the percentiles."""

from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

mpl.use("svg")

Json = dict[str, Any]
SIZES = ("1", "10", "100")
INK, SECOND, THIRD = "#1f4e79", "#c55a11", "#7f7f7f"


def draw(results: Json, folder: Path) -> None:
    """Four SVG files; `results` is what results.json holds."""
    mpl.rcParams.update(
        {
            "svg.hashsalt": "keyland",
            "font.size": 10,
            "axes.spines.top": False,
            "svg.fonttype": "none",
        }
    )
    bursts = results["empty"]["bursts"]
    _cpu_and_memory(bursts, folder / "cpu-memory.svg")
    _one(
        [bursts[size]["mean_ms"] for size in SIZES],
        "mean response time of a creation, ms", folder / "response-time.svg",
    )  # fmt: skip
    _one(
        [bursts[size]["requests_per_second"] for size in SIZES],
        "requests a second", folder / "requests.svg",
    )  # fmt: skip
    _percentiles(results, folder / "percentiles.svg")


def _axes(title: str) -> tuple[Any, Axes]:
    figure, axes = plt.subplots(figsize=(5.2, 3.2))
    axes.set_xlabel("users created at once")
    axes.set_ylabel(title)
    axes.set_xticks(range(len(SIZES)), SIZES)
    return figure, axes


def _one(values: list[float], title: str, file: Path) -> None:
    figure, axes = _axes(title)
    axes.plot(range(len(SIZES)), values, marker="o", color=INK)
    for place, value in enumerate(values):
        axes.annotate(f"{value:g}", (place, value), textcoords="offset points", xytext=(4, 6))
    axes.set_ylim(0, max(values) * 1.2)
    _save(figure, file)


def _cpu_and_memory(bursts: Json, file: Path) -> None:
    figure, axes = _axes("CPU, % of the machine")
    for key, colour, label in (
        ("shop_cpu_percent", INK, "CPU, the shop"),
        ("machine_cpu_percent", THIRD, "CPU, all that ran"),
    ):
        axes.plot(
            range(len(SIZES)),
            [bursts[it][key] for it in SIZES],
            marker="o",
            color=colour,
            label=label,
        )
    axes.set_ylim(0, 105)
    beside = axes.twinx()
    memory = [bursts[size]["memory_mb"] for size in SIZES]
    beside.plot(range(len(SIZES)), memory, marker="s", color=SECOND, label="memory")
    beside.set_ylabel("memory of the shop, MB")
    beside.set_ylim(0, max(memory) * 1.3)
    lines = [*axes.get_lines(), *beside.get_lines()]
    axes.legend(lines, [str(line.get_label()) for line in lines], fontsize=8, loc="lower right")
    _save(figure, file)


def _percentiles(results: Json, file: Path) -> None:
    empty = results["empty"]
    shown = {
        "100 at once": empty["bursts"]["100"]["latency_ms"],
        "one by one": empty["sequential"]["create"],
        "bare, one by one": empty["sequential"]["bare"],
        "event to access": empty["events"]["access_ms"],
        "subscription": empty["reads"]["latency_ms"]["read"],
    }
    figure, axes = plt.subplots(figsize=(6.4, 3.4))
    for place, (percent, colour) in enumerate((("p50", INK), ("p95", SECOND), ("p99", THIRD))):
        height, values = 0.26, [it[percent] for it in shown.values()]
        places = [row + (place - 1) * height for row in range(len(shown))]
        drawn = axes.barh(places, values, height, color=colour, label=percent.upper())
        axes.bar_label(drawn, [_digits(value) for value in values], padding=2, fontsize=7)
    axes.set_yticks(range(len(shown)), list(shown))
    axes.invert_yaxis()
    axes.set_xscale("log")
    axes.margins(x=0.12)
    axes.set_xlabel("ms")
    axes.legend(fontsize=8)
    _save(figure, file)


def _digits(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"  # noqa: PLR2004 -- three digits


def _save(figure: Any, file: Path) -> None:
    figure.tight_layout()
    figure.savefig(file, metadata={"Date": None})
    plt.close(figure)
