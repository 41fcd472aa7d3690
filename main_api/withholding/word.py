"""Tells whoever is withheld why, once."""

from collections.abc import Iterator

from common.clients.notify_service import NotifyService
from common.clock import Clock, milliseconds
from main_api.users.record import UserRecord
from main_api.withholding.people import People
from models.codes import NoticeKind, Withheld
from models.notifies import MOST_NOTICES, Notice, NoticeList


class Word:
    """The mark is in the database, so whoever was withheld before a crash, or while notify_service
    was away, is told later. Under the same key he is not told twice.
    """

    def __init__(self, people: People, notify: NotifyService, clock: Clock) -> None:
        self._people, self._notify, self._clock = people, notify, clock

    def tell(self, users: list[UserRecord]) -> None:
        """Those of them who do not know yet; raises ServiceError."""
        for some in _pages([user for user in users if user.withheld_untold]):
            self._notify.add_all(NoticeList(notices=[self._notice(user) for user in some]))
            self._people.told(some)

    def _notice(self, user: UserRecord) -> Notice:
        until = user.withheld_until
        return Notice(
            key=f"{NoticeKind.ACCESS_WITHHELD}:{user.user_id}:{_episode(user)}",
            kind=NoticeKind.ACCESS_WITHHELD,
            telegram_id=user.tg_id,
            language=user.language,
            due_at=self._clock(),
            params={
                "why": str(user.withheld),
                "limit": user.withheld_limit or 0,
                "until_ms": milliseconds(until) if until else 0,
            },
        )


def _episode(user: UserRecord) -> str:
    """Of devices once a day: who shares his link may be withheld many times."""
    at = user.withheld_at
    assert at is not None
    if user.withheld == Withheld.DEVICES:
        return f"{Withheld.DEVICES}:{at.date().isoformat()}"
    return f"{Withheld.TRAFFIC}:{milliseconds(at)}"


def _pages(users: list[UserRecord]) -> Iterator[list[UserRecord]]:
    for first in range(0, len(users), MOST_NOTICES):
        yield users[first : first + MOST_NOTICES]
