"""Keeps this server's own addresses shut also when it gets another one while it runs."""

import logging
from collections.abc import Callable

from country_api.core.client import CoreDown, CoreError
from country_api.core.config_file import ConfigFile
from country_api.core.routing import Routing
from country_api.core.rules import only_addresses
from country_api.mirror import Mirror
from country_api.pulse import Pulse

log = logging.getLogger(__name__)
EVERY_SECONDS = 10.0


class OwnWalls:
    """The core's file gets the addresses as any change does, and a running core a rule for each: a
    restart of it would end all connections. It is told all of them, once in each of its lives,
    since nobody knows from which file it has started. `monotonic` in seconds.
    """

    def __init__(
        self,
        *,
        read: Callable[[], tuple[str, ...]],
        file: ConfigFile,
        mirror: Mirror,
        routing: Routing,
        pulse: Pulse,
        monotonic: Callable[[], float],
    ) -> None:
        self._read, self._file, self._mirror = read, file, mirror
        self._routing, self._pulse, self._monotonic = routing, pulse, monotonic
        self._own = read()
        file.shut(self._own)  # one may have come since the file's plan was made
        self._shut: tuple[tuple[int, int], tuple[str, ...]] | None = None
        self._look_due = self._try_due = monotonic()
        self._told = ""

    def look(self) -> None:
        """At the addresses, now and then, for the core's file."""
        if self._monotonic() < self._look_due:
            return
        self._look_due = self._monotonic() + EVERY_SECONDS
        own = self._read()
        if own != self._own:
            self._own = own
            self._file.shut(own)
            self._mirror.touch()
            log.warning("this server's own addresses have changed; they are shut to its customers")

    def shut(self) -> None:
        """In the running core, unless it has them."""
        state = self._pulse.generation, self._own
        if not self._routing.can_add or state == self._shut or self._monotonic() < self._try_due:
            return
        if self._add():
            self._shut = state
        else:
            self._try_due = self._monotonic() + EVERY_SECONDS

    def _add(self) -> bool:
        """Whether the core has taken them."""
        try:
            self._routing.shut(only_addresses(self._own))
        except CoreDown:
            return False  # the keeper tells of it
        except CoreError as trouble:
            self._tell(f"{trouble}; its next restart shuts this server's new addresses")
            return False
        self._tell("")
        return True

    def _tell(self, trouble: str) -> None:
        if trouble != self._told:
            self._told = trouble
            log.warning("walls: %s", trouble or "the core has its rules")
