"""When a process of the simulated shop is not there."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Outages:
    """Sorted, apart from each other; up again from the second moment of each on."""

    spans: Sequence[Span]

    def up_from(self, moment: datetime) -> datetime:
        """The first moment, from this one on, at which the process is there."""
        at = bisect_right([begin for begin, _ in self.spans], moment) - 1
        if at >= 0 and moment < self.spans[at][1]:
            return self.spans[at][1]
        return moment

    def next_look(self, minute: datetime) -> datetime:
        """Of a job that runs each minute, the first time a minute after its process has started."""
        up = self.up_from(minute)
        return up if up == minute else up + timedelta(minutes=1)

    def down(self, moment: datetime) -> bool:
        return self.up_from(moment) != moment


def random_outages(rng: Random, begin: datetime, end: datetime, number: int) -> Outages:
    """From seconds to three days."""
    spans: list[Span] = []
    seconds = int((end - begin).total_seconds())
    for start in sorted(begin + timedelta(seconds=rng.randrange(seconds)) for _ in range(number)):
        length = timedelta(seconds=rng.choice([5, 90, 3_600, 20_000, 90_000, 260_000]))
        if not spans or start > spans[-1][1] + timedelta(hours=1):
            spans.append((start, start + length))
    return Outages(spans)
