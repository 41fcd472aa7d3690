"""python -m tg_bot.admin.chart: JSON of tg_bot.admin.picture on stdin, a PNG on stdout."""

import json
import sys
from io import BytesIO
from typing import Any

from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

GREEN, RED, BLUE, GREY = "#2e9e5b", "#d9534f", "#3d7edb", "#666666"
EVERY = 5


def draw(wanted: dict[str, Any]) -> bytes:
    figure = Figure(figsize=(6.4, 5.6), dpi=160, layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
    figure.suptitle(wanted["title"], fontsize=14, fontweight="bold")
    places = range(len(wanted["days"]))
    colours = [GREEN if sum_ >= 0 else RED for sum_ in wanted["roubles"]]
    above.bar(places, wanted["roubles"], color=colours, width=0.75)
    below.bar(places, wanted["new_users"], color=BLUE, width=0.75)
    for axes, title in ((above, wanted["money"]), (below, wanted["people"])):
        axes.set_title(title, loc="left", fontsize=13, color=GREY)
        axes.yaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
        axes.yaxis.set_major_formatter(FuncFormatter(_number))
        axes.grid(axis="y", alpha=0.3)
        axes.set_axisbelow(True)
        axes.spines[["top", "right", "left"]].set_visible(False)
        axes.tick_params(length=0, labelcolor=GREY, labelsize=11)
        axes.set_ylim(*_limits(axes.get_ylim()))
    below.set_xticks(list(places)[::-EVERY], wanted["days"][::-EVERY])
    picture = BytesIO()
    figure.savefig(picture, format="png")
    return picture.getvalue()


def _limits(found: tuple[float, float]) -> tuple[float, float]:
    """Without a sale or a user there is still a scale to read."""
    return min(found[0], 0.0), max(found[1], 1.0)


def _number(value: float, _place: int | None = None) -> str:
    return f"{value:,.0f}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def main() -> None:
    sys.stdout.buffer.write(draw(json.load(sys.stdin)))


if __name__ == "__main__":
    main()
