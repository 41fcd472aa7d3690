"""An episode for as long as a server holds suspiciously many who should have no or less access."""

from common.clock import Clock
from main_api.vpn_api.agreement import Outcome
from main_api.vpn_api.servers import Servers
from main_api.watching.alarms import About, Alarms


class Spared:
    """Is told each outcome of comparing a server; the watch tells the owner."""

    def __init__(self, servers: Servers, alarms: Alarms, clock: Clock) -> None:
        self._servers, self._alarms, self._clock = servers, alarms, clock

    def __call__(self, address: str, outcome: Outcome) -> None:
        if outcome.spared:
            self._begin(address, outcome.spared)
        elif alarm := self._alarms.open_ones().get((About.SPARED, address)):
            self._alarms.end(alarm)

    def _begin(self, address: str, users: int) -> None:
        """Of no effect when the server has left the countries file meanwhile."""
        for place in self._servers.places():
            if place.address == address:
                self._alarms.begin(About.SPARED, place, self._clock(), users=users)
