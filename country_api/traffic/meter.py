"""Reads the core's counters together with the life that they belong to."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Protocol

from country_api.traffic.life import Life

YOUNG_SECONDS = 4
SLOW_SECONDS = 1.0

Bytes = tuple[int, int]
"""Up, down."""


class Core(Protocol):
    """Raises CoreError; `devices` are None where the core cannot tell, and leave out whoever is not
    connected.
    """

    def uptime(self) -> int: ...

    def counters(self) -> dict[str, Bytes]: ...

    def devices(self) -> dict[str, int] | None: ...


@dataclass(frozen=True)
class Reading:
    """Key -> bytes since the start of this life, and how many devices each has connected."""

    life: Life
    counters: Mapping[str, Bytes]
    devices: Mapping[str, int] | None


class Meter:
    """An uptime is told in whole seconds, so a look leaves a second's doubt about the start. Two
    runs are told apart all the same: a run is read only when it is YOUNG_SECONDS old, and whatever
    follows has started after it was last read, which is further away than that doubt.
    """

    def __init__(self, core: Core, boot: str, monotonic: Callable[[], float]) -> None:
        self._core, self._boot, self._monotonic = core, boot, monotonic

    def now(self) -> Life:
        """That of a core which would start at this moment."""
        moment = self._monotonic()
        return Life(self._boot, moment, moment)

    def read(self) -> Reading | None:
        """None while the core is too young or too slow, or has started anew meanwhile; raises
        CoreError.
        """
        life = self._life()
        if life is None:
            return None
        counters, devices = self._core.counters(), self._core.devices()
        after = self._life()
        if after is None or not life.may_be(after):
            return None
        return Reading(life, counters, devices)

    def _life(self) -> Life | None:
        asked = self._monotonic()
        uptime = self._core.uptime()
        answered = self._monotonic()
        if uptime < YOUNG_SECONDS or answered - asked >= SLOW_SECONDS:
            return None
        return Life(self._boot, asked - uptime - 1, answered - uptime)


def growth(seen: Mapping[str, Bytes], counters: Mapping[str, Bytes]) -> dict[str, Bytes]:
    """What has come on top, of those where anything has. A counter below what was seen in the same
    life has been set to zero by somebody's hand, so all of it is new.
    """
    grown = {}
    for key, now in counters.items():
        was = seen.get(key, (0, 0))
        if now != was:
            grown[key] = _more(was[0], now[0]), _more(was[1], now[1])
    return grown


def _more(was: int, now: int) -> int:
    return now - was if now >= was else now


def count_devices(addresses: Iterable[str]) -> int:
    """A device has many IPv6 addresses, all in one network of 64 bits."""
    return len({ip_network(f"{it}/64", strict=False) if ":" in it else it for it in addresses})
