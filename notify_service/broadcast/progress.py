"""Keeps the admin's message about his broadcast up to date: seldom, and only when it changed."""

import logging
import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from common.clients.main_api import MainApi
from common.clock import Clock
from common.errors import ServiceError
from common.i18n.texts import texts_in
from common.telegram.errors import Outcome, TelegramError
from common.telegram.gate import Gate, Traffic
from common.telegram.keyboards import Keyboard
from common.telegram.sender import Sender
from notify_service.broadcast.recipients import RecipientStore
from notify_service.broadcast.store import BroadcastStore, Job
from notify_service.broadcast.words import progress_keys, progress_text

log = logging.getLogger(__name__)
EVERY_SECONDS = 4.0
AWAY_SECONDS = 1.0
PATIENCE_SECONDS = 3.0
PACE_SECONDS = 60.0  # of the last minute
PACE_KNOWN_SECONDS = 8.0
GIVEN_UP = frozenset({Outcome.BLOCKED, Outcome.GONE, Outcome.OUR_BUG})


@dataclass
class Progress:
    store: BroadcastStore
    recipients: RecipientStore
    sender: Sender
    gate: Gate
    main_api: MainApi
    clock: Clock
    monotonic: Callable[[], float]
    sleep: Callable[[float], object]
    _next_at: dict[str, float] = field(default_factory=dict)
    _paces: dict[str, deque[tuple[float, int]]] = field(default_factory=dict)
    _languages: dict[int, str] = field(default_factory=dict)

    def show(self, job: Job, *, settled: bool, in_turn: bool = False) -> None:
        """`settled`: what is told of this state now stays true, or is told again anyway.
        `in_turn`: it waits for another one.

        A change of state is shown at once, numbers each 4 seconds.
        """
        now = self.monotonic()
        if not job.report_due and now < self._next_at.get(job.broadcast_id, 0.0):
            return
        if now < self._next_at.get(f"{job.broadcast_id}:{job.state}", 0.0):
            return
        self._next_at[job.broadcast_id] = now + EVERY_SECONDS
        self._next_at[f"{job.broadcast_id}:{job.state}"] = now + EVERY_SECONDS
        self._tell(self._counted(job, fresh=settled), settled=settled, in_turn=in_turn)

    def _counted(self, job: Job, *, fresh: bool) -> Job:
        counts = self.recipients.counts(job.broadcast_id, fresh=fresh)
        seconds_left = self._seconds_left(job, job.recipients - counts.waiting, counts.waiting)
        self.store.counted(job.broadcast_id, counts, seconds_left)
        return replace(job, counts=counts, seconds_left=seconds_left)

    def _seconds_left(self, job: Job, served: int, waiting: int) -> int | None:
        """By the pace of the last minute; before one is known, by the gate's."""
        if job.state != "running" or not job.frozen:
            self._paces.pop(job.broadcast_id, None)
            return None
        now = self.monotonic()
        pace = self._paces.setdefault(job.broadcast_id, deque())
        pace.append((now, served))
        while now - pace[0][0] > PACE_SECONDS:
            pace.popleft()
        (began, before) = pace[0]
        if now - began < PACE_KNOWN_SECONDS:
            return math.ceil(waiting / self.gate.rate)
        if served <= before:
            return None
        return math.ceil(waiting * (now - began) / (served - before))

    def _tell(self, job: Job, *, settled: bool, in_turn: bool) -> None:
        """The last word on a state is repeated until Telegram has taken it."""
        t = texts_in(self._language(job.admin_id))
        until = job.deletable_until
        keys = progress_keys(t, job, deletable=until is not None and self.clock() < until)
        text = str(progress_text(t, job, in_turn=in_turn))
        if text != job.progress_text:
            if not self._permitted():
                self._again(job, AWAY_SECONDS)
                return
            message_id = self._put(job, text, keys)
            if message_id is None:
                self._again(job, AWAY_SECONDS)
                return
            self.store.shown(job.broadcast_id, text, message_id)
        if settled:
            self.store.told(job)

    def _permitted(self) -> bool:
        """Waits for the permit that was refused: it is kept for whoever asked, and nobody else."""
        patience = PATIENCE_SECONDS
        while (seconds := self.gate.try_enter(Traffic.TRANSACTIONAL)) > 0:
            if seconds > patience:
                return False
            patience -= seconds
            self.sleep(seconds)
        return True

    def _put(self, job: Job, text: str, keys: Keyboard) -> int | None:
        """The message it stands in now; None when it has to be tried again."""
        try:
            if job.progress_message_id:
                try:
                    self.sender.edit_message_text(job.admin_id, job.progress_message_id, text, keys)
                except TelegramError as failure:
                    if failure.outcome is not Outcome.EDIT_IMPOSSIBLE:
                        raise
                else:
                    return job.progress_message_id
            return self.sender.send_message(job.admin_id, text, keys)
        except TelegramError as failure:
            log.warning("an admin was not shown his broadcast: %s", failure.outcome)
            return (job.progress_message_id or 0) if failure.outcome in GIVEN_UP else None

    def _again(self, job: Job, seconds: float) -> None:
        at = self.monotonic() + seconds
        self._next_at[job.broadcast_id] = self._next_at[f"{job.broadcast_id}:{job.state}"] = at

    def _language(self, admin_id: int) -> str:
        known = self._languages.get(admin_id)
        if known is None:
            try:
                known = self.main_api.user_by_telegram(admin_id).language
            except ServiceError:
                return "ru"
            self._languages[admin_id] = known
        return known
