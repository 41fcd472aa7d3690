"""From which start to which end of the core its counters belong together."""

from dataclasses import dataclass

MARGIN_SECONDS = 0.01


@dataclass(frozen=True)
class Life:
    """One run of the core, by when it can have started: seconds of CLOCK_MONOTONIC, which all
    processes of this boot share with the core's own uptime; no setting of the time moves it.
    """

    boot: str
    earliest: float
    latest: float

    def may_be(self, other: "Life") -> bool:
        """Certain to be true of two looks at the same run."""
        return self.boot == other.boot and not (self.before(other) or other.before(self))

    def before(self, other: "Life") -> bool:
        return self.boot == other.boot and self.latest + MARGIN_SECONDS < other.earliest
