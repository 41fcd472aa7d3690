"""One recipient after another: claim, copy, outcome. Who asks here has his permit already."""

import logging
import threading
from dataclasses import dataclass, field

from prometheus_client import Counter

from common.clock import Clock
from common.telegram.errors import Outcome, TelegramError
from common.telegram.gate import Gate
from common.telegram.sender import Sender
from notify_service.broadcast.keyboard import keyboard_in
from notify_service.broadcast.recipients import Claimed, Ended, RecipientStore
from notify_service.broadcast.store import BroadcastStore, Job
from notify_service.outcomes import verdict
from notify_service.persistence import Persistence

log = logging.getLogger(__name__)
FATAL = (  # what Telegram would answer for every other recipient, too
    "message to copy not found",
    "message can't be copied",
    "message identifier is not specified",
    "from_chat_id",
    "button",
    "markup",
    "url",
    "entities",
    "too long",
    "method not found",
)
REFUSALS_IN_A_ROW = 5
STRANGERS_IN_A_ROW = 25  # "chat not found" may mean the admin's own chat


@dataclass
class Sending:
    store: BroadcastStore
    recipients: RecipientStore
    sender: Sender
    gate: Gate
    clock: Clock
    served: Counter
    persistence: Persistence
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _rows: tuple[str, int, int] = ("", 0, 0)

    def serve_one(self, job: Job) -> bool:
        """False when nobody waits whose chat is open. Raises StorageUnavailable when nobody could
        be claimed.
        """
        claimed = self.recipients.claim(
            job.broadcast_id, self.clock(), leaving="waiting", to="sending",
            beside=self.gate.held_chats(),
        )  # fmt: skip
        if claimed is None:
            return False
        try:
            sent = self.sender.copy_message(
                claimed.telegram_id,
                job.admin_id,
                job.copied_message_id,
                keyboard_in(claimed.language, job.keyboard),
            )
        except TelegramError as failure:
            self._failed(job, claimed, failure)
        else:
            self._in_a_row(job)
            self._finish(claimed, "sent", message_id=sent)
        return True

    def _failed(self, job: Job, claimed: Claimed, failure: TelegramError) -> None:
        decided = verdict(failure, claimed.attempts)
        self.gate.hold(decided.hold_seconds)
        if decided.state is None:
            self.persistence.write(lambda: self.recipients.put_back(claimed))
            return
        state: Ended = "unknown"
        if decided.state in ("blocked", "failed"):
            state = "blocked" if decided.state == "blocked" else "failed"
        self._finish(claimed, state, why=failure.outcome.value, tell=_left_us(failure))
        why = self._reason_to_stop(job, failure)
        if why:
            self._stop(job, why)

    def _reason_to_stop(self, job: Job, failure: TelegramError) -> str:
        """Why nobody else should be tried; empty for what concerns this recipient alone."""
        if failure.outcome is Outcome.OUR_BUG:
            fatal = any(text in failure.description.lower() for text in FATAL)
            in_a_row = self._in_a_row(job, refusals=1)[0]
            return failure.description if fatal or in_a_row >= REFUSALS_IN_A_ROW else ""
        if failure.outcome is Outcome.GONE and not _left_us(failure):
            in_a_row = self._in_a_row(job, strangers=1)[1]
            return failure.description if in_a_row >= STRANGERS_IN_A_ROW else ""
        return ""

    def _in_a_row(self, job: Job, *, refusals: int = 0, strangers: int = 0) -> tuple[int, int]:
        """Both counts of this broadcast with these added; both zero begin anew."""
        with self._lock:
            broadcast_id, refused, unknown = self._rows
            if broadcast_id != job.broadcast_id or not (refusals or strangers):
                refused = unknown = 0
            self._rows = (job.broadcast_id, refused + refusals, unknown + strangers)
            return self._rows[1:]

    def _stop(self, job: Job, why: str) -> None:
        log.error("a broadcast is stopped", extra={"why": why})
        now = self.clock()

        def stop() -> None:
            self.store.change(
                job.broadcast_id, ["running", "paused"], "stopped", why=why, ended_at=now
            )

        self.persistence.write(stop)

    def _finish(
        self,
        claimed: Claimed,
        state: Ended,
        *,
        why: str = "",
        message_id: int | None = None,
        tell: bool = False,
    ) -> None:
        now = self.clock()
        self.persistence.write(
            lambda: self.recipients.finish(
                claimed, state, now, why=why, message_id=message_id, tell_blocked=tell
            )
        )
        self.served.labels(state).inc()


def _left_us(failure: TelegramError) -> bool:
    """Himself, by blocking the bot or deleting his account: main_api is to know."""
    gone = failure.outcome is Outcome.GONE and "deactivated" in failure.description.lower()
    return failure.outcome is Outcome.BLOCKED or gone
