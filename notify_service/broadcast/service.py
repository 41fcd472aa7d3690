"""What an admin does with a broadcast; each act may come twice, and the second changes nothing."""

from dataclasses import dataclass

from common.clients.main_api import MainApi
from common.clock import Clock, Sleep
from common.errors import Conflict, NotFound, Unavailable
from common.telegram.errors import Outcome, TelegramError
from common.telegram.gate import Gate, Traffic
from common.telegram.sender import Sender
from models.broadcasts import BroadcastDraft, BroadcastState
from notify_service.alarm import Alarm
from notify_service.broadcast import keyboard
from notify_service.broadcast.store import DELETABLE, BroadcastStore, Job

PATIENCE_SECONDS = 6.0  # less than a caller waits for an answer
REFUSED = frozenset({Outcome.OUR_BUG, Outcome.BLOCKED, Outcome.GONE})


@dataclass(frozen=True)
class BroadcastService:
    store: BroadcastStore
    sender: Sender
    gate: Gate
    main_api: MainApi
    alarm: Alarm
    clock: Clock
    sleep: Sleep

    def draft(self, draft: BroadcastDraft) -> tuple[Job, bool]:
        """The draft, and whether it is new. Raises Invalid for keys that cannot be shown."""
        keyboard.check(draft.keyboard, self.main_api)
        is_new = self.store.add(draft, self.clock())
        return self.get(draft.broadcast_id), is_new

    def get(self, broadcast_id: str) -> Job:
        job = self.store.get(broadcast_id)
        if job is None:
            raise NotFound("no such broadcast")
        return job

    def preview(self, broadcast_id: str) -> Job:
        """Raises Conflict `unsendable` when Telegram refuses the message."""
        job = self.get(broadcast_id)
        try:
            language = self.main_api.user_by_telegram(job.admin_id).language
        except NotFound:
            language = "ru"
        self._wait_for_a_permit()
        keys = keyboard.keyboard_in(language, job.keyboard)
        try:
            shown = self.sender.copy_message(
                job.admin_id, job.admin_id, job.source_message_id, keys
            )
        except TelegramError as failure:
            if failure.outcome in REFUSED:
                raise Conflict(
                    "Telegram refuses the message", code="unsendable", why=failure.description
                ) from None
            raise Unavailable(f"Telegram is away ({failure.outcome})") from None
        self.store.previewed(broadcast_id, shown)
        return job

    def start(self, broadcast_id: str, progress_message_id: int) -> Job:
        return self._change(
            broadcast_id, ["draft"], "running",
            started_at=self.clock(), progress_message_id=progress_message_id,
        )  # fmt: skip

    def pause(self, broadcast_id: str) -> Job:
        return self._change(broadcast_id, ["running"], "paused", seconds_left=None)

    def resume(self, broadcast_id: str) -> Job:
        return self._change(broadcast_id, ["paused"], "running")

    def stop(self, broadcast_id: str) -> Job:
        """A draft is thrown away without a word."""
        now = self.clock()
        if not self.store.change(
            broadcast_id, ["draft"], "stopped", ended_at=now, report_due=False
        ):
            self.store.change(
                broadcast_id, ["running", "paused"], "stopped", ended_at=now, seconds_left=None
            )
        self.alarm.ring()
        return self.get(broadcast_id)

    def delete(self, broadcast_id: str) -> Job:
        """Raises Conflict `not_deletable` while it runs, and when it is too late. Whether anything
        was sent is not asked: right after a stop the counts may not know it yet.
        """
        job = self.get(broadcast_id)
        if job.state in ("deleting", "deleted"):
            return job
        if job.state not in ("done", "stopped"):
            raise Conflict("stop it first", code="not_deletable")
        if job.started_at is None or self.clock() >= (job.ended_at or job.started_at) + DELETABLE:
            raise Conflict("Telegram deletes nothing over 48 hours old", code="not_deletable")
        return self._change(broadcast_id, ["done", "stopped"], "deleting")

    def _change(
        self,
        broadcast_id: str,
        leaving: list[BroadcastState],
        to: BroadcastState,
        **changes: object,
    ) -> Job:
        """The present state, whether it was changed now or before."""
        self.store.change(broadcast_id, leaving, to, **changes)
        self.alarm.ring()
        return self.get(broadcast_id)

    def _wait_for_a_permit(self) -> None:
        patience = PATIENCE_SECONDS
        while (seconds := self.gate.try_enter(Traffic.TRANSACTIONAL)) > 0:
            if seconds > patience:
                raise Unavailable("Telegram lets nothing through at the moment")
            patience -= seconds
            self.sleep(seconds)
