"""What the simulated processes talk to: Telegram, main_api and notify_service, without a wire."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from typing_extensions import override

from common.clients.main_api import MainApi
from common.clients.notify_service import NotifyService
from common.clock import Clock
from common.errors import Unavailable
from common.telegram.errors import Outcome, TelegramError
from common.telegram.keyboards import Keyboard
from common.telegram.sender import Sender
from main_api.users.record import user_of
from main_api.users.store import UserStore
from models.notifies import NoticeList, NoticeState, NoticeStates
from models.users import User, UserChange
from notify_service.intake import from_notice
from notify_service.store import NoticeStore
from tests.notices.killing import Fuse, Killed


@dataclass(frozen=True)
class Received:
    at: datetime
    html: str


class Phones(Sender):
    """What each person has received; who blocks the bot receives nothing."""

    def __init__(self, clock: Clock, fuse: Fuse) -> None:  # without the real one's network
        self._clock, self._fuse = clock, fuse
        self.received: dict[int, list[Received]] = {}
        self.blocking: set[int] = set()

    @override
    def send_message(
        self, chat_id: int, html: str, keyboard: Keyboard = (), *, silent: bool = False
    ) -> int:
        self._fuse.step()
        if chat_id in self.blocking:
            raise TelegramError(Outcome.BLOCKED, "bot was blocked by the user")
        self.received.setdefault(chat_id, []).append(Received(self._clock(), html))
        self._fuse.step()
        return len(self.received[chat_id])


class MainApiWithoutWire(MainApi):
    def __init__(self, users: UserStore) -> None:
        self._users = users

    @override
    def user_by_telegram(self, telegram_id: int) -> User:
        return user_of(self._users.get_by_telegram(telegram_id))

    @override
    def change_user(self, user_id: int, change: UserChange) -> User:
        return user_of(self._users.set(user_id, change.model_dump(exclude_unset=True)))


class NotifyWithoutWire(NotifyService):
    """`store` is None while the service is down; killed while it answers, it is just away."""

    def __init__(
        self,
        store: Callable[[], NoticeStore | None],
        clock: Clock,
        died: Callable[[], None],
        meanwhile: Callable[[int], None],
    ) -> None:
        self._store, self._clock, self._died, self._meanwhile = store, clock, died, meanwhile

    @override
    def add_all(self, notices: NoticeList) -> NoticeStates:
        store = self._store()
        if store is None:
            raise Unavailable("notify_service is down")
        try:
            states = [store.add(from_notice(it), self._clock())[0] for it in notices.notices]
        except Killed:
            self._died()
            raise Unavailable("notify_service was killed") from None
        self._meanwhile(notices.notices[0].telegram_id)
        told = zip(notices.notices, states, strict=True)
        return NoticeStates(notices=[NoticeState(key=it.key, state=state) for it, state in told])
