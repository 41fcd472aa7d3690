"""Deletes a person: personal data at once, the rest once every neighbour has forgotten the user."""

import logging
import secrets
from collections.abc import Callable

from common.clock import Clock
from common.storage.protocol import Database
from main_api.access.changes import AccessChanges, Change
from main_api.access.service import Push
from main_api.removal.finishing import Finishing
from main_api.users.departed import Departed, DepartedStore
from main_api.users.record import UserRecord
from models.users import DEFAULT_ZONE, Removal

log = logging.getLogger(__name__)
PERSONAL = ("username", "username_lower", "first_name", "last_name", "referral_payload")

Check = Callable[[UserRecord], None]
"""Raises what speaks against removing this user now."""


def always(_user: UserRecord) -> None:
    """Nothing speaks against it."""


class RemovalService:
    """What stays meanwhile is a number, what the servers must be told, and the Telegram id that
    notify_service must forget: nothing by which anybody finds the person.
    """

    def __init__(
        self, db: Database, changes: AccessChanges, push: Push, finishing: Finishing, clock: Clock
    ) -> None:
        self._departed = DepartedStore(db)
        self._changes = changes
        self._push = push
        self._finishing = finishing
        self._clock = clock

    def remove(self, user_id: int, check: Check = always) -> Removal:
        """Raises NotFound for whom nobody can find any more, also while servers are to be told,
        and what `check` raises.
        """
        user = self.part(user_id, check)
        if user.pending:
            self._push(user)
        removal = self._finishing.finish(user_id)
        log.info("u%d has gone", user_id)
        return removal

    def part(self, user_id: int, check: Check) -> UserRecord:
        """The first step alone: from now on the person is gone, and everybody is to be told."""
        user, _ = self._changes.make(user_id, lambda seen: self._farewell(seen, check))
        return user

    def _farewell(self, user: UserRecord, check: Check) -> Change:
        """Decided anew when the user changes meanwhile, so `check` is asked of what is changed.

        The Telegram id becomes free with this, so how the person left is noted before.
        """
        check(user)
        now = self._clock()
        self._departed.note(
            user.tg_id, Departed(user.trial_taken_at is not None, user.ever_paid, user.banned, now)
        )
        gone: dict[str, object] = dict.fromkeys(PERSONAL)
        gone |= {"tg_id": -user.user_id, "sub_token": "deleted:" + secrets.token_hex(16)}
        gone |= {"time_zone": DEFAULT_ZONE, "leaving_tg_id": user.tg_id, "left_at": now}
        # of whom nothing was ever changed no server has heard
        told_before = user.revision > 0
        return Change(None, gone | {"deleting": True, "notice_pending": False}, tell=told_before)

    def tick(self) -> None:
        self.finish_all()

    def finish_all(self) -> int:
        """Finish what waited for a neighbour; how many still wait."""
        return self._finishing.sweep()
