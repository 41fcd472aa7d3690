"""Copies a broadcast's recipients from main_api, page by page, before the first is served.

A page is written before the place is, so that whoever continues meets the last page again at most;
rows that are there already stay as they are.
"""

from dataclasses import dataclass

from common.clients.main_api import MainApi
from common.clock import Clock
from notify_service.broadcast.recipients import RecipientStore
from notify_service.broadcast.store import BroadcastStore, Job


@dataclass(frozen=True)
class Freezing:
    store: BroadcastStore
    recipients: RecipientStore
    main_api: MainApi
    clock: Clock

    def next_page(self, job: Job) -> None:
        """Raises ServiceError while main_api is away."""
        asked_at = self.clock()
        page = self.main_api.audience(job.audience, job.language, after=job.frozen_after)
        self.recipients.add(job.broadcast_id, page.recipients, asked_at)
        if page.after is None or page.after <= job.frozen_after:
            self.store.all_frozen(job.broadcast_id, self.recipients.frozen(job.broadcast_id))
        else:
            self.store.page_frozen(job.broadcast_id, page.after)
