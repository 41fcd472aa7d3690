"""A core's counters on a machine of its own: it restarts when told, also in the midst of a read."""

from collections.abc import Callable

from country_api.core.client import CoreDown
from country_api.traffic.meter import Bytes


class CountedCore:
    """`moments` are done before its coming calls, the next one first; `answered` are the counters
    it last told, with the number of the life that they are of.
    """

    def __init__(self) -> None:
        self.now = 1000.0
        self.slow = 0.0
        self.lives = 0
        self.up = True
        self.started = 0.0
        self.boot = "boot-0"
        self.truth: dict[str, Bytes] = {}
        self.counted: dict[str, Bytes] = {}
        self.online: dict[str, int] | None = {}
        self.answered: tuple[int, dict[str, Bytes]] = (0, {})
        self.moments: list[Callable[[], None]] = []
        self.start()

    def start(self) -> None:
        self.lives += 1
        self.up, self.started, self.counted = True, self.now, {}

    def kill(self) -> None:
        self.up = False

    def reboot(self) -> None:
        self.boot, self.now = f"boot-{self.lives}", 3.0
        self.start()

    def count(self, key: str, up: int, down: int) -> None:
        for sums in (self.truth, self.counted):
            was = sums.get(key, (0, 0))
            sums[key] = was[0] + up, was[1] + down

    def monotonic(self) -> float:
        return self.now

    def _called(self) -> None:
        if self.moments:
            self.moments.pop(0)()
        self.now += self.slow
        if not self.up:
            raise CoreDown("the core does not answer")

    def uptime(self) -> int:
        self._called()
        age = int(self.now - self.started)
        self.now += self.slow
        return age

    def counters(self) -> dict[str, Bytes]:
        self._called()
        self.answered = self.lives, dict(self.counted)
        return dict(self.counted)

    def devices(self) -> dict[str, int] | None:
        self._called()
        return self.online
