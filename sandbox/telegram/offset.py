"""The file that moves the clocks of all processes of the sandbox together."""

import math
import os
from pathlib import Path

from sandbox.telegram.reading import Refused

MAX_OFFSET = 20 * 365 * 86400.0


def read_offset(offset_file: Path) -> float:
    """Seconds; what is not there or not a number means none."""
    try:
        value = float(offset_file.read_text())
    except (OSError, ValueError):
        return 0.0
    return value if math.isfinite(value) else 0.0


def write_offset(offset_file: Path, seconds: float) -> None:
    """Replace the file as a whole, so that no reader sees half a number."""
    if not math.isfinite(seconds) or abs(seconds) > MAX_OFFSET:
        raise Refused(400, "the clock moves by at most 20 years")
    fresh = offset_file.with_name(f".{offset_file.name}.{os.getpid()}")
    fresh.write_text(f"{seconds}\n")
    fresh.replace(offset_file)
