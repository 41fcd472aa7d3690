"""Stored updates down the lanes: each handled once, in order, and kept until somebody was shown."""

import logging
from functools import partial
from threading import Lock
from typing import Any

from telebot import types

from tg_bot.delivery import NotDelivered
from tg_bot.dispatch import Dispatch
from tg_bot.inbox import Inbox, Stored
from tg_bot.lanes import Lanes
from tg_bot.membership import Membership
from tg_bot.quiet import without_content

log = logging.getLogger(__name__)


class Handling:
    """`held`: updates that nobody could be shown an answer to, and what came after them."""

    def __init__(
        self, lanes: Lanes, inbox: Inbox, dispatch: Dispatch, membership: Membership
    ) -> None:
        self._lanes, self._inbox = lanes, inbox
        self._dispatch, self._membership = dispatch, membership
        self._entrance = Lock()  # one at a time, else what is new could slip before what was held
        self._lock = Lock()
        self._held: dict[int, list[Stored]] = {}

    def deliver(self, new: list[Stored]) -> None:
        with self._entrance:
            for stored in new:
                self._submit(lane_of(stored.body), stored)

    def try_again(self) -> None:
        """What was held, and who could not be told of a block or a return."""
        with self._lock:
            held = list(self._held)
        with self._entrance:
            for lane in held:
                self._release(lane)
        for telegram_id in self._membership.untold():
            self._lanes.submit(telegram_id, partial(self._membership.tell, telegram_id))

    def _release(self, lane: int) -> None:
        """Only an empty lane: what is still in it would otherwise overtake what was held."""
        if not self._lanes.is_idle(lane):
            return
        with self._lock:
            waiting = self._held.pop(lane, [])
        for stored in waiting:
            self._submit(lane, stored)

    def _submit(self, lane: int, stored: Stored) -> None:
        """Lanes that are closed take nothing: the update waits in the inbox for the next start."""
        self._lanes.submit(lane, partial(self._handle, lane, stored))

    def _handle(self, lane: int, stored: Stored) -> None:
        with self._lock:
            if lane in self._held:
                self._held[lane].append(stored)
                return
        try:
            self._handle_now(stored)
        except NotDelivered:
            self._not_delivered(lane, stored)
        else:
            self._inbox.done(stored.update_id)

    def _not_delivered(self, lane: int, stored: Stored) -> None:
        if self._inbox.failed(stored.update_id):
            with self._lock:
                self._held.setdefault(lane, []).append(stored)
        else:
            log.error("given up, nobody was answered", extra={"update_id": stored.update_id})

    def _handle_now(self, stored: Stored) -> None:
        """Whatever happens to one update, the next ones are handled."""
        try:
            update = types.Update.de_json(stored.body)  # type: ignore[no-untyped-call]  # not annotated
        except Exception as error:  # noqa: BLE001 -- the library's constructors raise anything
            log.warning(
                "an update that cannot be read was skipped",
                extra={"update_id": stored.update_id, "kind": type(error).__name__},
            )
            return
        if update is None:
            return
        try:
            self._dispatch.handle(update)
        except NotDelivered:
            raise
        except Exception as error:  # noqa: BLE001 -- as above
            log.error(  # noqa: TRY400 -- a trace may quote what was written
                "an update could not be handled",
                extra={"update_id": stored.update_id, **without_content(error)},
            )


def lane_of(update: dict[str, Any]) -> int:
    """The person's id; what has none shares lane 0."""
    for content in update.values():
        person = content.get("from") if isinstance(content, dict) else None
        number = person.get("id") if isinstance(person, dict) else None
        if type(number) is int:
            return number
    return 0
