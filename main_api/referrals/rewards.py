"""Gives inviters the days that they have earned, takes them back after a refund, and tells them."""

import logging
from collections.abc import Iterator
from typing import Final

from common.clients.notify_service import NotifyService
from common.clock import Clock, milliseconds
from common.errors import Invalid, NotFound, ServiceError, Unavailable
from common.storage.protocol import StorageUnavailable
from main_api.access.service import AccessService
from main_api.deps import Deps
from main_api.referrals.store import Invited, ReferralStore, State
from main_api.users.record import UserRecord
from main_api.users.store import UserStore
from models.codes import NoticeKind
from models.notifies import Notice

log = logging.getLogger(__name__)
A_TICK = 100


class Rewards:
    """Each step changes access or tells by a key of its own, then moves the state on: it may be
    repeated after a crash at any point, and run at once in several places.
    """

    def __init__(
        self,
        store: ReferralStore,
        users: UserStore,
        access: AccessService,
        notify: NotifyService,
        clock: Clock,
    ) -> None:
        self._store, self._users = store, users
        self._access = access
        self._notify = notify
        self._clock = clock
        # what concerns access comes first: it does not wait for a notify_service that is away
        self._steps: Final = {
            State.OWED: self._give,
            State.TO_TAKE_BACK: self._take_back,
            State.GIVEN: self._tell_given,
            State.TAKEN: self._tell_taken,
        }

    def tick(self) -> None:
        """Everything that waits; raises the first trouble when all others have had their turn."""
        if not self._store.any_in(self._steps):
            return
        troubles = [trouble for state in self._steps for trouble in self._work_off(state)]
        if troubles:
            raise troubles[0]

    def _work_off(self, state: State) -> Iterator[ServiceError]:
        """A neighbour that is away is tried once: it may take its time not to answer."""
        for invited in self._store.waiting(state, A_TICK):
            try:
                self._steps[state](invited)
            except StorageUnavailable:
                raise
            except Unavailable as away:
                yield away
                return
            except ServiceError as trouble:
                yield trouble

    def _give(self, invited: Invited) -> None:
        if not invited.days:
            self._store.move(invited.invited_id, [State.OWED], State.EARNED)
            return
        try:
            access = self._access.grant(
                invited.inviter_id,
                reward_key(invited),
                days=invited.days,
                paid=False,
                enforce_maximum=False,
            )
        except (NotFound, Invalid) as refused:
            log.info("u%d earns nothing: %s", invited.inviter_id, refused.code)
            self._store.move(invited.invited_id, [State.OWED], State.CLOSED, {"days": 0})
            return
        given = {"until": access.expires_at}
        self._store.move(invited.invited_id, [State.OWED], State.GIVEN, given)

    def _take_back(self, invited: Invited) -> None:
        """Whether the days were given is for the inviter's record to say, not for the state: a
        grant may be under way at this moment, and finds its key used up then.
        """
        leaves, key = [State.TO_TAKE_BACK], reward_key(invited)
        try:
            self._access.forgo(invited.inviter_id, key)
            self._access.take_back(invited.inviter_id, key, paid=False, until=invited.until)
            given = key in self._users.get(invited.inviter_id).added
        except NotFound:
            self._store.move(invited.invited_id, leaves, State.CLOSED, {"days": 0})
            return
        if given:
            self._store.move(invited.invited_id, leaves, State.TAKEN)
        else:
            self._store.move(invited.invited_id, leaves, State.TAKEN_BACK, {"days": 0})

    def _tell_given(self, invited: Invited) -> None:
        self._tell(invited, NoticeKind.REFERRAL_EARNED)
        self._store.move(invited.invited_id, [State.GIVEN], State.EARNED)

    def _tell_taken(self, invited: Invited) -> None:
        self._tell(invited, NoticeKind.REFERRAL_TAKEN_BACK)
        self._store.move(invited.invited_id, [State.TAKEN], State.TAKEN_BACK)

    def _tell(self, invited: Invited, kind: NoticeKind) -> None:
        try:
            inviter = self._users.get(invited.inviter_id)
        except NotFound:
            return  # gone meanwhile: there is nobody to tell
        if not inviter.banned:
            self._notify.add(self._notice(invited, inviter, kind))

    def _notice(self, invited: Invited, inviter: UserRecord, kind: NoticeKind) -> Notice:
        until = milliseconds(inviter.expires_at) if inviter.expires_at else 0
        return Notice(
            key=f"{kind}:{invited.invited_id}",
            kind=kind,
            telegram_id=inviter.tg_id,
            language=inviter.language,
            due_at=self._clock(),
            params={"days": invited.days, "until_ms": until},
        )


def reward_key(invited: Invited) -> str:
    """Outside the pattern of order ids."""
    return f"referral:{invited.invited_id}"


def rewards(deps: Deps) -> Rewards:
    store = ReferralStore(deps.db)
    return Rewards(store, deps.users, deps.access, deps.notify, deps.clock)
