"""The picture of the numbers, drawn by a process of its own: matplotlib takes some 70 MB, which
the bot would keep for ever.
"""

import json
import logging
import subprocess
import sys
from pathlib import Path

from common.i18n.texts import Texts
from models.admin import DayOfSales

log = logging.getLogger(__name__)
COMMAND = (sys.executable, "-m", "tg_bot.admin.chart")
ROOT = Path(__file__).parents[2]
SECONDS = 20.0
SHOWN_DAYS = 30
PNG = b"\x89PNG"


def of(t: Texts, days: list[DayOfSales], command: tuple[str, ...] = COMMAND) -> bytes | None:
    """None when it could not be drawn, in time or at all."""
    if not days:
        return None
    try:
        drawn = subprocess.run(  # noqa: S603 -- our own program
            command, input=json.dumps(_wanted(t, days)).encode(), capture_output=True,
            timeout=SECONDS, check=True, cwd=ROOT, env={"MPLBACKEND": "agg"},
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError) as trouble:
        log.error("the chart was not drawn: %s", type(trouble).__name__)  # noqa: TRY400
        return None
    return drawn.stdout if drawn.stdout.startswith(PNG) else None


def _wanted(t: Texts, days: list[DayOfSales]) -> dict[str, object]:
    shown = days[-SHOWN_DAYS:]
    return {
        "title": t.plain("Revenue and new users, the last 30 days"),
        "money": t.plain("Revenue, ₽"),
        "people": t.plain("New users"),
        "days": [one.day.strftime("%d.%m") for one in shown],
        "roubles": [one.kopecks / 100 for one in shown],
        "new_users": [one.new_users for one in shown],
    }
