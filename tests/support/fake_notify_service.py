"""notify_service as the bot sees it, in memory: notices by key, P's own ones by all they say."""

from dataclasses import dataclass, field

from typing_extensions import override

from common.clients.notify_service import NotifyService
from common.errors import Unavailable
from models.notifies import AddNotifyAnswer, Notice, NoticeState, PaperNotify


@dataclass
class FakeNotifyService(NotifyService):
    """`down`: it cannot be reached."""

    notices: dict[str, Notice] = field(default_factory=dict)
    papers: list[PaperNotify] = field(default_factory=list)
    down: bool = False

    def _reach(self) -> None:
        if self.down:
            raise Unavailable("notify_service cannot be reached (ConnectionError)")

    @override
    def add(self, notice: Notice) -> NoticeState:
        self._reach()
        self.notices.setdefault(notice.key, notice)
        return NoticeState(key=notice.key, state="waiting")

    @override
    def add_paper(self, notify: PaperNotify) -> AddNotifyAnswer:
        self._reach()
        if notify not in self.papers:
            self.papers.append(notify)
        return AddNotifyAnswer()
