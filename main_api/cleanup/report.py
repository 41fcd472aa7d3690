"""What a cleanup did, in numbers: for the log, the terminal and the owner."""

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from models.codes import NoticeKind
from models.notifies import Notice


@dataclass
class Report:
    """`stayed` counts by reason; `waiting` are gone, but a server or notify_service is still to be
    told; `trouble` are the codes of what was in the way.
    """

    dry_run: bool
    months: int
    removed: int = 0
    stayed: Counter[str] = field(default_factory=Counter)
    waiting: int = 0
    orders: int = 0
    facts: int = 0
    digests: int = 0
    trouble: set[str] = field(default_factory=set)

    @property
    def complete(self) -> bool:
        return not self.trouble and (self.dry_run or not self.waiting)

    def numbers(self) -> dict[str, int]:
        return {
            "removed": self.removed,
            "stayed": sum(self.stayed.values()),
            "waiting": self.waiting,
            "orders": self.orders,
            "facts": self.facts,
            "digests": self.digests,
        }

    def lines(self) -> str:
        """For the terminal, in English."""
        would = "would be " if self.dry_run else ""
        why = ", ".join(f"{reason} {n}" for reason, n in sorted(self.stayed.items()))
        told = [
            f"users away for over {self.months} months: {would}removed {self.removed}",
            f"of those looked at, stay: {sum(self.stayed.values())}" + (f" ({why})" if why else ""),
            f"gone, but a server or notify_service is still to forget: {self.waiting}",
            f"orders no longer needed: {would}removed {self.orders}",
            f"payment facts no longer needed: {would}removed {self.facts}",
            f"digests of who has left, no longer needed: {would}removed {self.digests}",
        ]
        if not self.complete:
            told.append("not everything could be done; run it again: " + self._in_the_way())
        return "\n".join(told) + "\n"

    def _in_the_way(self) -> str:
        return ", ".join(sorted(self.trouble)) or "somebody is still to be told"

    def notice(self, owner: int, now: datetime) -> Notice:
        """A run that came to other numbers on the same day is told, too."""
        params: dict[str, str | int] = {"about": "cleanup", **self.numbers()}
        params |= {"complete": int(self.complete)}
        said = hashlib.sha256(repr(sorted(params.items())).encode()).hexdigest()[:8]
        return Notice(
            key=f"{NoticeKind.OPERATOR_REPORT}:cleanup:{now.date().isoformat()}:{said}",
            kind=NoticeKind.OPERATOR_REPORT,
            telegram_id=owner,
            due_at=now,
            params=params,
        )
