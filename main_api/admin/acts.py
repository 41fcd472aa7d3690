"""Acts of an admin on a user: written into the audit first, then done, once by the press's key."""

from collections.abc import Callable, Mapping
from typing import Any

from common.errors import Conflict, ServiceError
from main_api.access.changes import AccessChanges, Change
from main_api.access.service import AccessService, Push
from main_api.audit import Audit, KeyedAct
from main_api.users.record import UserRecord, user_of
from main_api.users.service import new_access_secret, new_sub_token
from main_api.users.store import UserStore
from models.admin import Act, ActDone, AddTime, AuditLine, Ban, Noted
from models.codes import Code

ADMIN = "admin:"  # outside the pattern of order ids: no payment can have the key of an act
TOLD = ("expires_at", "banned")
Decide = Callable[[UserRecord, str], Change | None]


class AdminActs:
    """Every method may be repeated after a crash at any point: what was left undone is done, what
    was done is only noted. Raises NotFound no_such_user, and Conflict key_in_use when the key
    belongs to another act.
    """

    def __init__(
        self,
        users: UserStore,
        changes: AccessChanges,
        access: AccessService,
        push: Push,
        audit: Audit,
    ) -> None:
        self._users = users
        self._changes = changes
        self._access = access
        self._push = push
        self._audit = audit

    def add_time(self, user_id: int, act: AddTime, caller: str) -> ActDone:
        """Raises Invalid access_too_long, and Conflict card_stale; the audit then shows what was
        asked for as not done.
        """

        def decide(user: UserRecord, key: str) -> Change | None:
            if act.seen_revision is not None and user.access_revision > act.seen_revision:
                raise Conflict("the access has changed since it was shown", code=Code.CARD_STALE)
            return self._access.lengthening(
                user, key, months=act.months, days=act.days, paid=False, enforce_maximum=True
            )

        asked = {"months": act.months, "days": act.days}
        return self._once(_keyed("add_time", user_id, act, caller, asked), decide)

    def revoke(self, user_id: int, act: Act, caller: str) -> ActDone:
        return self._once(_keyed("revoke", user_id, act, caller), self._access.ending)

    def ban(self, user_id: int, act: Ban, caller: str) -> ActDone:
        """Off every server, or back on them; the end of access stays as it is."""
        action = "ban" if act.banned else "unban"
        return self._once(
            _keyed(action, user_id, act, caller),
            lambda _, key: Change(key, {"banned": act.banned}),
        )

    def new_link(self, user_id: int, act: Act, caller: str) -> ActDone:
        """Also of a user whose access has ended: an old link may have been passed on."""

        def decide(_: UserRecord, key: str) -> Change:
            fields = {"sub_token": new_sub_token(), "access_secret": new_access_secret()}
            return Change(key, fields)

        return self._once(_keyed("new_link", user_id, act, caller), decide)

    def note(self, user_id: int, act: Noted, caller: str) -> ActDone:
        user = self._users.get(user_id)
        if self._audit.note(_keyed(act.action, user_id, act, caller, act.details)):
            return _done(user, user, user)
        return _repeated(user)

    def note_broadcast(self, act: Noted, caller: str) -> list[AuditLine]:
        noted = _keyed(act.action, 0, act, caller, act.details)
        self._audit.note(noted)
        return self._audit.one(noted)

    def _once(self, act: KeyedAct, decide: Decide) -> ActDone:
        if self._audit.was_done(act):
            return _repeated(self._users.get(act.user_id))
        seen, change = self._users.get(act.user_id), Change()

        def witnessed(user: UserRecord) -> Change | None:
            nonlocal seen, change
            if ADMIN + act.key in user.applied:
                return None
            seen, change = user, self._witnessed(act, user, decide)
            return change

        changed_user, changed = self._changes.make(act.user_id, witnessed)
        if not changed:  # another press was faster, or a crash came before its line was finished
            self._audit.done(act.line_id)
            return _repeated(changed_user)
        self._audit.finish(act, *_told(act, seen, change))
        return _done(seen, changed_user, self._push(changed_user))

    def _witnessed(self, act: KeyedAct, user: UserRecord, decide: Decide) -> Change:
        """The change, once its line is written; of one that is refused the line tells the wish."""
        try:
            change = decide(user, ADMIN + act.key)
        except ServiceError:
            unchanged = _values(user, ["expires_at"])
            self._audit.begin(act, unchanged, dict(act.asked) | unchanged)
            raise
        assert change is not None
        self._audit.begin(act, *_told(act, user, change))
        return change


def _keyed(
    action: str, user_id: int, act: Act, caller: str, asked: Mapping[str, Any] | None = None
) -> KeyedAct:
    return KeyedAct(action, caller, act.admin_id, act.key, user_id, asked or {})


def _told(act: KeyedAct, user: UserRecord, change: Change) -> tuple[dict[str, Any], dict[str, Any]]:
    """Before and after; of a new link neither is told, they are keys."""
    names = [name for name in TOLD if name in change.fields]
    after = {name: _plain(change.fields[name]) for name in names}
    return _values(user, names), dict(act.asked) | after


def _values(user: UserRecord, names: list[str]) -> dict[str, Any]:
    return {name: _plain(getattr(user, name)) for name in names}


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _done(before: UserRecord, after: UserRecord, user: UserRecord) -> ActDone:
    """`user` is as it stands when all is over: others may have acted after this act."""
    return ActDone(user=user_of(user), before=before.expires_at, after=after.expires_at)


def _repeated(user: UserRecord) -> ActDone:
    return ActDone(user=user_of(user), before=None, after=user.expires_at, repeated=True)
