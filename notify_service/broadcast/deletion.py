"""Takes a broadcast's messages back, one chat after another; repeating a deletion does no harm."""

import logging
from dataclasses import dataclass
from typing import Literal

from common.clock import Clock
from common.telegram.errors import Outcome, TelegramError
from common.telegram.gate import Gate
from common.telegram.sender import Sender
from notify_service.broadcast.recipients import Claimed, RecipientStore
from notify_service.broadcast.store import Job
from notify_service.outcomes import verdict
from notify_service.persistence import Persistence

log = logging.getLogger(__name__)
Removal = Literal["removed", "undeletable", "sent"]


@dataclass
class Deletion:
    recipients: RecipientStore
    sender: Sender
    gate: Gate
    clock: Clock
    persistence: Persistence

    def remove_one(self, job: Job) -> bool:
        """False when no message is left to be taken back from a chat that is open."""
        claimed = self.recipients.claim(
            job.broadcast_id, self.clock(), leaving="sent", to="removing",
            beside=self.gate.held_chats(),
        )  # fmt: skip
        if claimed is None:
            return False
        state = self._removed(claimed)
        self.persistence.write(lambda: self.recipients.removed(claimed, state))
        return True

    def _removed(self, claimed: Claimed) -> Removal:
        if claimed.message_id is None:
            return "undeletable"
        try:
            self.sender.delete_messages(claimed.telegram_id, [claimed.message_id])
        except TelegramError as failure:
            if failure.outcome is Outcome.UNKNOWN:
                return "sent"
            decided = verdict(failure, claimed.attempts)
            self.gate.hold(decided.hold_seconds)
            return "sent" if decided.state is None else "undeletable"
        return "removed"
