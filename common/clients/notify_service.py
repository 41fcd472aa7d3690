"""notify_service as its neighbours call it."""

from common.service_client import ServiceClient
from models.notifies import Notice, NoticeState


class NotifyService:
    def __init__(self, client: ServiceClient) -> None:
        self._client = client

    def add(self, notice: Notice) -> NoticeState:
        """Store a notice durably; the same key again changes nothing and tells its state."""
        return self._client.post("/api/v1/notices", notice, NoticeState)
