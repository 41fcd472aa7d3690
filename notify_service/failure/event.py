"""What has happened to a unit: read from the name of the alert's instance and the notes on crashes.

`keyland-bot` is a crash after which systemd starts the unit again; `keyland-bot:failed` means that
it does not, or that a job did not do its work.
"""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from common.i18n.texts import Html, Texts, deferred

CRASH_WINDOW = timedelta(minutes=10)
FAILED_WINDOW = timedelta(hours=1)
FAILED = ":failed"

REASONS = {
    "exit-code": deferred("it ended by itself with status {status}"),
    "signal": deferred("it was killed by signal {status}"),
    "core-dump": deferred("it was killed by signal {status}"),
    "watchdog": deferred("it hung: the watchdog heard nothing from it"),
    "oom-kill": deferred("it took more memory than it may"),
    "timeout": deferred("it did not start or stop in time"),
}


@dataclass(frozen=True)
class Event:
    """`happened` counts crashes since the machine was booted; `reason` is the last one's, as
    systemd.exec(5) has $SERVICE_RESULT and $EXIT_STATUS.
    """

    unit: str
    failed: bool
    happened: int = 0
    reason: str = ""
    status: str = ""

    @property
    def window(self) -> timedelta:
        """At most one message in that time."""
        return FAILED_WINDOW if self.failed else CRASH_WINDOW

    def message(self, t: Texts, host: str, times: int) -> Html:
        journal = f"journalctl -u {self.unit} -n 50"
        if self.failed:
            return t(
                "🛑 <b>{unit} has failed</b> on {host}, and is not started again at once.\n\n"
                "What it said: <code>{journal}</code>",
                unit=self.unit, host=host, journal=journal,
            )  # fmt: skip
        return t.n(
            "⚠️ <b>{unit} has crashed</b> on {host} and is started again: {why}.\n\n"
            "What it said: <code>{journal}</code>",
            "⚠️ <b>{unit} has crashed</b> {n} times on {host}. It is started again each time; "
            "the last time {why}.\n\nWhat it said: <code>{journal}</code>",
            times, unit=self.unit, host=host, why=self._why(t), journal=journal,
        )  # fmt: skip

    def _why(self, t: Texts) -> str:
        text = REASONS.get(self.reason)
        return t.plain(text, status=self.status) if text else self.reason


def read(instance: str, crashes: Path) -> Event:
    """`crashes` holds a file a unit with a line a crash: result, code, status."""
    unit, failed = instance.removesuffix(FAILED), instance.endswith(FAILED)
    if failed:
        return Event(unit, failed=True)
    try:
        lines = (crashes / unit).read_text(encoding="ascii", errors="replace").splitlines()
    except FileNotFoundError:
        lines = []
    reason, _, status = (*(lines[-1].split() if lines else []), "", "", "")[:3]
    return Event(unit, failed=False, happened=len(lines), reason=reason, status=status)
