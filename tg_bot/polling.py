"""The loop on getUpdates: what came is on disk before the next call tells Telegram to forget it."""

import logging
from collections.abc import Callable
from threading import Event
from typing import Any

from common.supervision import Watchdog
from common.telegram.errors import Outcome, TelegramError
from tg_bot.database import DatabaseError
from tg_bot.inbox import Inbox, Stored

log = logging.getLogger(__name__)

LONG_POLL_SECONDS = 20
SHORTEST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
CONFLICT_PAUSE = 3.0
MAX_BACKLOG = 2000
PATIENCE_SECONDS = 120.0  # for a long poll, with all its deadlines
UNTOLD = -1
MAX_ID = 2**53

KINDS = ("message", "callback_query", "my_chat_member")
"""Always told: Telegram keeps the last list, and "not given" means the one before."""

Fetch = Callable[[int, int], list[Any]]
"""(offset, seconds to wait) -> updates as JSON; raises TelegramError."""


class TokenRefused(Exception):
    """Telegram does not know the token: no use trying again."""


class Poller:
    """`deliver` takes what is new, in order; `backlog` says how much of it is not handled yet."""

    def __init__(
        self,
        fetch: Fetch,
        inbox: Inbox,
        *,
        deliver: Callable[[list[Stored]], None],
        backlog: Callable[[], int],
        stop: Event,
        watchdog: Watchdog | None = None,
    ) -> None:
        self._watchdog = watchdog or Watchdog()
        self._fetch, self._inbox = fetch, inbox
        self._deliver, self._backlog = deliver, backlog
        self._stop = stop
        self._offset = 0
        self._told_offset = 0
        self._pause = SHORTEST_PAUSE

    def run(self) -> None:
        """Until `stop` is set. Raises TokenRefused."""
        while not self._stop.is_set():
            self._pause_for(SHORTEST_PAUSE if self._backlog() > MAX_BACKLOG else self.step())

    def _pause_for(self, seconds: float) -> None:
        """Telegram may have asked for a long one; the promise lasts until after the next call."""
        self._watchdog.expect("polling", seconds + PATIENCE_SECONDS)
        self._stop.wait(seconds)

    def step(self) -> float:
        """One call of getUpdates; returns the seconds to wait before the next."""
        try:
            updates = self._ask(LONG_POLL_SECONDS)
        except TelegramError as trouble:
            return self._pause_after(trouble)
        if self._stop.is_set():
            return 0.0  # not stored, so not to be confirmed: it comes again at the next start
        return self._take(updates)

    def confirm(self) -> None:
        """Tell Telegram what has been stored, when no call has told it yet."""
        if self._offset == self._told_offset:
            return
        try:
            self._ask(1)
        except TelegramError as trouble:
            log.warning("the last updates stay unconfirmed: %s", trouble)

    def _ask(self, wait_seconds: int) -> list[Any]:
        self._told_offset = self._offset
        try:
            return self._fetch(self._offset, wait_seconds)
        except TelegramError:
            self._told_offset = UNTOLD
            raise

    def _take(self, updates: list[Any]) -> float:
        """Ids restart at random after a quiet week, so the offset follows the batch, not a maximum
        over all time: otherwise Telegram would serve the same batch for ever.
        """
        good = [update for update in updates if _has_id(update)]
        if len(good) < len(updates):
            log.warning("updates without an id were skipped: %s", len(updates) - len(good))
        if updates and not good:
            return LONGEST_PAUSE
        try:
            new = self._inbox.store(good) if good else []
        except DatabaseError:
            log.exception("updates cannot be stored, so they are not confirmed")
            return LONGEST_PAUSE
        if good:
            self._offset = max(update["update_id"] for update in good) + 1
        self._pause = SHORTEST_PAUSE
        self._deliver(new)
        return 0.0

    def _pause_after(self, trouble: TelegramError) -> float:
        if trouble.outcome is Outcome.TOKEN_REVOKED:
            raise TokenRefused("Telegram does not know the token")
        if trouble.outcome is Outcome.CONFLICT:
            log.error("409: another process polls with this token; there must be only one")
            return CONFLICT_PAUSE
        pause = max(self._pause, trouble.retry_after)
        self._pause = min(self._pause * 2, LONGEST_PAUSE)
        log.warning("getUpdates failed (%s), next try in %.1f s", trouble, pause)
        return pause


def _has_id(update: object) -> bool:
    number = update.get("update_id") if isinstance(update, dict) else None
    return type(number) is int and 0 <= number < MAX_ID
