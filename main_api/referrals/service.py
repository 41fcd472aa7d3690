"""The personal link, who came by it, and what their first payments and refunds turn it to."""

import base64
import secrets
from typing import Final, Literal

from common.clock import Clock
from common.errors import NotFound, Unavailable
from main_api.referrals.store import REFUNDABLE, Invited, ReferralStore, State
from main_api.users.record import UserRecord
from main_api.users.store import UserStore
from models.referrals import Earned, Referrals

PREFIX = "ref_"
CODE_BYTES = 5
ATTEMPTS = 20
LATEST = 10

Seen = Literal["invited", "owed", "earned", "taken_back"]
SEEN: Final[dict[State, Seen]] = {
    State.INVITED: "invited",
    State.OWED: "owed",
    State.GIVEN: "earned",
    State.EARNED: "earned",
    State.TO_TAKE_BACK: "taken_back",
    State.TAKEN: "taken_back",
    State.TAKEN_BACK: "taken_back",
    State.CLOSED: "taken_back",
}


def new_code() -> str:
    """40 random bits, as eight letters and digits."""
    return base64.b32encode(secrets.token_bytes(CODE_BYTES)).decode().lower()


class ReferralService:
    """`reward_days` 0: invitations are counted, and earn nothing."""

    def __init__(
        self,
        store: ReferralStore,
        users: UserStore,
        clock: Clock,
        *,
        bot_url: str,
        reward_days: int,
    ) -> None:
        self._store, self._users = store, users
        self._clock = clock
        self._bot_url = bot_url
        self._reward_days = reward_days

    def summary(self, user: UserRecord) -> Referrals:
        """What the inviter is shown; gives the user a code if there is none yet."""
        rows = [(SEEN[state], days) for state, days in self._store.of_inviter(user.user_id)]
        latest = self._store.latest(user.user_id, LATEST)
        return Referrals(
            link=f"{self._bot_url}?start={PREFIX}{self._code_of(user.user_id)}",
            reward_days=self._reward_days,
            invited=len(rows),
            paid=sum(seen in ("owed", "earned") for seen, _ in rows),
            days_earned=sum(days for seen, days in rows if seen == "earned"),
            latest=[_earned(invited) for invited in latest],
        )

    def _code_of(self, user_id: int) -> str:
        """Of two who ask at once one makes it, and both get it."""
        for _ in range(ATTEMPTS):
            code = self._store.code_of(user_id)
            if code is not None:
                return code
            self._store.give_code(user_id, new_code())
        raise Unavailable("no code could be made")

    def inviter_of(self, payload: str | None, *, newcomer: int) -> int | None:
        """Whose link it is; None for an unknown code, and when the owner is gone or is not there
        longer than `newcomer` (a user id). As every inviter has the smaller number, nobody invites
        himself, and invitations never run in a circle.
        """
        if not payload or not payload.startswith(PREFIX):
            return None
        owner = self._store.owner_of(payload.removeprefix(PREFIX).lower())
        if owner is None or owner >= newcomer:
            return None
        try:
            return self._users.get(owner).user_id
        except NotFound:
            return None

    def note(self, user: UserRecord) -> None:
        """Count an invited user, once. After a kill between the user and this, the next
        registration or the first payment makes up for it.
        """
        if user.invited_by is None:
            return
        self._store.insert(
            Invited(
                invited_id=user.user_id,
                inviter_id=user.invited_by,
                state=State.INVITED,
                days=0,
                paid_by="",
                invited_at=user.created_at,
                paid_at=None,
                changed_at=user.created_at,
            )
        )

    def paid(self, user_id: int, fact_id: str) -> None:
        """A payment of this user was granted; the first one earns the inviter the days."""
        if not self._is_noted(user_id):
            return
        now = self._clock()
        reward = {"days": self._reward_days, "paid_by": fact_id, "paid_at": now}
        self._store.move(user_id, [State.INVITED], State.OWED, reward | {"changed_at": now})

    def _is_noted(self, user_id: int) -> bool:
        """From now on, if the person was invited."""
        if self._store.find(user_id) is not None:
            return True
        try:
            user = self._users.get(user_id)
        except NotFound:
            return False
        self.note(user)
        return user.invited_by is not None

    def refunded(self, user_id: int, fact_id: str) -> None:
        """The whole of a payment went back; what it earned the inviter goes too.

        If it is noted only after this, being late, it finds that it came as the first and went.
        """
        if not self._is_noted(user_id):
            return
        now = self._clock()
        came = {"paid_by": fact_id, "paid_at": now, "changed_at": now}
        self._store.move(user_id, [State.INVITED], State.TAKEN_BACK, came)
        self._store.move(
            user_id, REFUNDABLE, State.TO_TAKE_BACK, {"changed_at": now}, paid_by=fact_id
        )

    def forget(self, user_id: int) -> None:
        """The personal link of a person who is gone. The rows hold numbers only, and stay."""
        self._store.drop_codes(user_id)


def _earned(invited: Invited) -> Earned:
    return Earned(
        state=SEEN[invited.state],
        days=invited.days,
        invited_at=invited.invited_at,
        paid_at=invited.paid_at,
    )
