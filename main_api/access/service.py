"""Grants, refunds, revocation, trial: desired state first, then every server is told."""

from datetime import datetime, timedelta
from typing import Protocol

from common.clock import Clock
from common.errors import Conflict, Forbidden, Invalid
from main_api.access import calendar
from main_api.access.changes import AccessChanges, Change, Decide
from main_api.users.desired import RETURNED
from main_api.users.record import UserRecord
from models.access import Access
from models.codes import Code

TRIAL_KEY = "trial:1"  # outside the pattern of order ids, as the next two are
REFUND = "refund:"
REVOKED = "revoked:"
PAID = {"has_trial": False, "ever_paid": True}


class Push(Protocol):
    def __call__(self, user: UserRecord) -> UserRecord:
        """Tell all servers, wait a short while; the user as stored afterwards."""
        ...


class AccessService:
    """Every method raises NotFound no_such_user, and StorageUnavailable when nothing is known."""

    def __init__(
        self,
        changes: AccessChanges,
        push: Push,
        clock: Clock,
        *,
        trial_days: int,
        max_access_days: int,
    ) -> None:
        self._changes = changes
        self._push = push
        self._clock = clock
        self._trial_days = trial_days
        self._longest = timedelta(days=max_access_days)

    def grant(
        self,
        user_id: int,
        order_id: str,
        *,
        months: int = 0,
        days: int = 0,
        paid: bool,
        enforce_maximum: bool,
    ) -> Access:
        """Add time once by `order_id`; repeated, it changes nothing and tells the present state.

        `paid` ends the trial flag. Raises Invalid access_too_long: over the maximum if that is
        enforced, past the calendar in any case.
        """

        def decide(user: UserRecord) -> Change | None:
            return self.lengthening(
                user,
                order_id,
                months=months,
                days=days,
                paid=paid,
                enforce_maximum=enforce_maximum,
            )

        return self._made(user_id, decide)

    def lengthening(
        self,
        user: UserRecord,
        key: str,
        *,
        months: int,
        days: int,
        paid: bool,
        enforce_maximum: bool,
    ) -> Change | None:
        """What `grant` decides: None when `key` has added its time; raises as `grant` does."""
        if key in user.applied:
            return None
        now = self._clock()
        end = self._extended(now, user.expires_at, months, days, enforce=enforce_maximum)
        added = calendar.seconds_added(now, user.expires_at, end)
        fields = _ends_at(user, end, now) | {"added": {**user.added, key: added}}
        return Change(key, fields | (_paid(user, now) if paid else {}))

    def _extended(
        self, now: datetime, end: datetime | None, months: int, days: int, *, enforce: bool
    ) -> datetime | None:
        try:
            target = calendar.new_end(now, end, months=months, days=days)
        except OverflowError:
            raise self._too_long() from None
        if enforce and target != end and (months > 0 or days > 0):
            self._check_length(now, target)
        return target

    def _check_length(self, now: datetime, end: datetime | None) -> None:
        if end is not None and end - now > self._longest:
            raise self._too_long()

    def _too_long(self) -> Invalid:
        longest = self._longest.days
        return Invalid(
            f"access may last at most {longest} days", code=Code.ACCESS_TOO_LONG, max_days=longest
        )

    def take_back(
        self, user_id: int, order_id: str, *, paid: bool = True, until: datetime | None = None
    ) -> Access:
        """A refund: take back, once, what `order_id` added; nothing for an order never granted.
        `paid` as it was granted; `until` is where what it added ended: what is behind is used up.
        """

        def decide(user: UserRecord) -> Change | None:
            if order_id not in user.added or REFUND + order_id in user.applied:
                return None
            now = self._clock()
            end = calendar.end_without(now, user.expires_at, user.added[order_id], until)
            fields = _ends_at(user, end, now) | ({"paid_at": None} if paid else {})
            if end != user.expires_at and end == now:
                fields["notice_pending"] = False  # that the money goes back says it is closed
            return Change(REFUND + order_id, fields)

        return self._made(user_id, decide)

    def forgo(self, user_id: int, order_id: str) -> Access:
        """Use the key up without giving anything: a grant by it that is still on its way adds
        nothing. A grant that was made stays.
        """

        def decide(user: UserRecord) -> Change | None:
            return None if order_id in user.applied else Change(order_id)

        return self._made(user_id, decide)

    def revoke(self, user_id: int, order_id: str) -> Access:
        """End access now, once by `order_id`, which may be the one that was granted."""
        return self._made(user_id, lambda user: self.ending(user, REVOKED + order_id))

    def ending(self, user: UserRecord, key: str) -> Change | None:
        """What `revoke` decides: None when `key` has ended access before."""
        if key in user.applied:
            return None
        now = self._clock()
        end = user.expires_at
        return Change(key, _ends_at(user, now if end is not None and end > now else end, now))

    def set_end(self, user_id: int, end: datetime | None) -> Access:
        """Put the end of access where the operator wants it; raises Invalid access_too_long."""
        self._check_length(self._clock(), end)

        def decide(user: UserRecord) -> Change | None:
            now = self._clock()
            return None if user.expires_at == end else Change(None, _ends_at(user, end, now))

        return self._made(user_id, decide)

    def set_trial_flag(self, user_id: int, *, has_trial: bool) -> Access:
        def decide(user: UserRecord) -> Change | None:
            if user.has_trial == has_trial:
                return None
            fields = {"has_trial": has_trial, "access_changed_at": self._clock()}
            return Change(None, fields | {"notice_pending": user.expires_at is not None})

        return self._made(user_id, decide)

    def take_trial(self, user_id: int) -> Access:
        """Raises Conflict trial_taken the second time, or when access was already paid for."""

        def decide(user: UserRecord) -> Change | None:
            if user.banned:
                raise Forbidden("this user is banned", code=Code.USER_BANNED)
            if user.trial_taken_at is not None or user.ever_paid:
                raise Conflict("the trial has been taken", code=Code.TRIAL_TAKEN)
            now = self._clock()
            end = calendar.new_end(now, user.expires_at, days=self._trial_days)
            begun = {"has_trial": True, "trial_taken_at": now}
            return Change(TRIAL_KEY, _ends_at(user, end, now) | begun)

        return self._made(user_id, decide)

    def _made(self, user_id: int, decide: Decide) -> Access:
        user, changed = self._changes.make(user_id, decide)
        return access_of(self._push(user) if changed else user)


def _paid(user: UserRecord, now: datetime) -> dict[str, object]:
    """What is counted of his traffic begins anew, so he is let in again at once."""
    return PAID | {"paid_at": now} | (RETURNED if user.withheld else {})


def _ends_at(user: UserRecord, end: datetime | None, now: datetime) -> dict[str, object]:
    """An end that does not move leaves alone what is planned for it, or still to be planned."""
    if end == user.expires_at:
        return {}
    return {"expires_at": end, "notice_pending": end is not None, "access_changed_at": now}


def access_of(user: UserRecord) -> Access:
    return Access(
        user_id=user.user_id,
        expires_at=user.expires_at,
        revision=user.revision,
        pending=user.pending,
        banned=user.banned,
    )
