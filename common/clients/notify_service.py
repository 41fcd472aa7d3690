"""notify_service as its neighbours call it."""

from datetime import datetime

from common.clock import milliseconds
from common.service_client import ServiceClient
from models.broadcasts import (
    Broadcast,
    BroadcastDraft,
    BroadcastProgressMessage,
    Broadcasts,
)
from models.notifies import (
    AddNotifyAnswer,
    AddNotifyRequest,
    Notice,
    NoticeList,
    NoticeState,
    NoticeStates,
    PaperNotify,
)


class NotifyService:
    def __init__(self, client: ServiceClient) -> None:
        self._client = client

    def add(self, notice: Notice) -> NoticeState:
        """Store a notice durably; the same key again changes nothing and tells its state."""
        return self._client.post("/api/v1/notices", notice, NoticeState)

    def add_all(self, notices: NoticeList) -> NoticeStates:
        """Each as by `add`, in one call."""
        return self._client.post("/api/v1/notices/several", notices, NoticeStates)

    def add_paper(self, notify: PaperNotify) -> AddNotifyAnswer:
        """P's own shape: a test push at a moment."""
        return self._client.post("/addNotify", AddNotifyRequest(notify=notify), AddNotifyAnswer)

    def forget(self, telegram_id: int, *, before: datetime) -> None:
        """Remove whatever was stored about this person before that moment: waiting notices and
        finished ones. Later ones are of somebody new, who has the same id.
        """
        path = f"/api/v1/people/{telegram_id}"
        query = {"before": milliseconds(before)}
        self._client.call("DELETE", path, AddNotifyAnswer, query=query)

    def draft_broadcast(self, draft: BroadcastDraft) -> Broadcast:
        return self._client.post("/api/v1/broadcasts", draft, Broadcast)

    def broadcasts(self) -> Broadcasts:
        return self._client.get("/api/v1/broadcasts", Broadcasts)

    def broadcast(self, broadcast_id: str) -> Broadcast:
        return self._client.get(f"/api/v1/broadcasts/{broadcast_id}", Broadcast)

    def preview_broadcast(self, broadcast_id: str) -> Broadcast:
        """Sends the admin a copy exactly as readers will get it."""
        return self._client.post(f"/api/v1/broadcasts/{broadcast_id}/preview", None, Broadcast)

    def start_broadcast(self, broadcast_id: str, progress: BroadcastProgressMessage) -> Broadcast:
        """Freezes the recipients and begins; repeated, it tells the present state."""
        return self._client.post(f"/api/v1/broadcasts/{broadcast_id}/start", progress, Broadcast)

    def pause_broadcast(self, broadcast_id: str) -> Broadcast:
        return self._client.post(f"/api/v1/broadcasts/{broadcast_id}/pause", None, Broadcast)

    def resume_broadcast(self, broadcast_id: str) -> Broadcast:
        return self._client.post(f"/api/v1/broadcasts/{broadcast_id}/resume", None, Broadcast)

    def stop_broadcast(self, broadcast_id: str) -> Broadcast:
        return self._client.post(f"/api/v1/broadcasts/{broadcast_id}/stop", None, Broadcast)

    def delete_broadcast(self, broadcast_id: str) -> Broadcast:
        """Take its messages back everywhere; Conflict once Telegram lets nobody do that (48 h)."""
        return self._client.post(f"/api/v1/broadcasts/{broadcast_id}/delete", None, Broadcast)
