"""Tells the owner by each channel, at most once in a window, and says whether all is told."""

import logging
from collections.abc import Mapping

from common.clock import Clock
from common.i18n.texts import Texts
from notify_service.failure.channels import Channel, Hopeless, NotNow
from notify_service.failure.event import Event
from notify_service.failure.memory import Memory, Told

log = logging.getLogger(__name__)
DONE, NOTHING_HELPS, AGAIN = 0, 1, 75
"""Exit codes; the unit starts the program again a while after AGAIN, sysexits' EX_TEMPFAIL."""


class Report:
    def __init__(
        self, channels: Mapping[str, Channel], memory: Memory, clock: Clock, t: Texts, host: str
    ) -> None:
        self._channels, self._memory, self._clock = channels, memory, clock
        self._t, self._host = t, host

    def tell(self, event: Event) -> int:
        """AGAIN while something is to be told that could not be, or not yet."""
        return max(self._tell_by(name, event) for name in self._channels)

    def _tell_by(self, name: str, event: Event) -> int:
        told, now = self._memory.told(name), self._clock()
        new = event.happened - told.happened
        if not event.failed and new <= 0:
            return DONE
        if now - told.at < event.window:
            # a failure that repeats is told by the next one after the window; crashes are summed up
            return DONE if event.failed else AGAIN
        try:
            self._channels[name].tell(event.message(self._t, self._host, new))
        except NotNow as trouble:
            log.warning("the owner cannot be told by %s now: %s", name, trouble)
            return AGAIN
        except Hopeless as trouble:
            log.error("the owner cannot be told by %s: %s", name, trouble)  # noqa: TRY400 -- no bug
            return NOTHING_HELPS
        self._memory.remember(name, Told(event.happened, now))
        log.info("the owner was told by %s", name)
        return DONE
