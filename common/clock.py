"""The one source of time: aware UTC, an argument everywhere, movable in sandbox and tests."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

Clock = Callable[[], datetime]
Sleep = Callable[[float], None]


def system_clock() -> datetime:
    return datetime.now(UTC)


class OffsetClock:
    """The system's time plus the seconds written in a file, so that all processes move together.

    For the sandbox only: settings refuse it unless everything listens on loopback.
    The file is read again when its modification time changes; absent or garbled means no offset.
    """

    def __init__(self, offset_file: Path) -> None:
        self._file = offset_file
        self._seen_ns = -1
        self._offset = timedelta()

    def __call__(self) -> datetime:
        try:
            changed_ns = self._file.stat().st_mtime_ns
            if changed_ns != self._seen_ns:
                self._offset = timedelta(seconds=float(self._file.read_text()))
                self._seen_ns = changed_ns
        except (OSError, ValueError):
            pass  # being replaced at this moment: the last known offset stands
        return system_clock() + self._offset


def make_clock(offset_file: Path | None) -> Clock:
    return OffsetClock(offset_file) if offset_file else system_clock


def milliseconds(moment: datetime) -> int:
    """Unix milliseconds, as P's records and notices carry them."""
    return int(moment.timestamp() * 1000)


def from_milliseconds(value: int) -> datetime:
    return datetime.fromtimestamp(value / 1000, UTC)


real_sleep: Sleep = time.sleep
