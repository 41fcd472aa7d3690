"""The order in which somebody gets the servers: the well and idle first."""

from datetime import timedelta
from typing import Final

from common.clock import Clock
from main_api.watching.health import Health
from main_api.watching.store import WatchStore
from models.access import Link

STALE: Final = timedelta(minutes=5)


class Order:
    """What nobody has looked at for a while, or ever, counts as well and idle: without a watch the
    order is that of the countries file.
    """

    def __init__(self, store: WatchStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def of(self, links: list[Link], *, newcomer: bool) -> list[Link]:
        """Within a step of load the order stays as it was. Sick servers come last; a newcomer does
        not get them while there is a well one, so that a dead server is not the first he meets.
        """
        health = self._store.health()
        ranks = {link.server: self._rank(health.get(link.server)) for link in links}
        ranked = sorted(links, key=lambda link: ranks[link.server])
        well = [link for link in ranked if not ranks[link.server][0]]
        return well if newcomer and well else ranked

    def _rank(self, health: Health | None) -> tuple[int, int]:
        if health is None or self._clock() - health.looked_at > STALE:
            return 0, 0
        return int(not health.well), health.bucket
