"""A user as stored in `main.users`."""

from dataclasses import MISSING, dataclass, fields
from datetime import datetime
from typing import Any

from main_api.users.desired import let_in_until
from models.codes import Withheld
from models.users import DEFAULT_ZONE, Language, User


@dataclass(frozen=True, slots=True)
class UserRecord:
    """`access_secret` (hex) is what the ids in the cores derive from; `revision` grows with every
    change of access, `pending` are the servers that have not taken that revision; `applied` are
    the keys of changes made (the guard of "once"), `added` the seconds that each of them added.
    `deleting`: the person is gone, the rest waits until every server has forgotten the user.
    `access_changed_at` is when `expires_at` (or `has_trial`) last changed, `paid_at` when it was
    last paid for (null again after a refund), `connected_at` when a server first counted traffic,
    `invited_by` the user id of the inviter, `access_revision` the revision of the last change:
    those after it tell single servers the same again. `withheld`: why no server is to have him,
    access or not; decided at `withheld_at` by a limit of so many (bytes, devices), to end by itself
    at `withheld_until`; `withheld_untold`: he has not been told. `period_began_with` bytes had been
    counted on the day when the period of `period_began_at` began. What has a default is younger
    than the first shops: their users may lack it.
    """

    user_id: int
    tg_id: int
    username: str | None
    username_lower: str | None
    first_name: str | None
    last_name: str | None
    language: Language
    created_at: datetime
    expires_at: datetime | None
    has_trial: bool
    trial_taken_at: datetime | None
    ever_paid: bool
    blocked: bool
    banned: bool
    deleting: bool
    referral_payload: str | None
    access_secret: str
    sub_token: str
    revision: int
    pending: list[str]
    applied: list[str]
    added: dict[str, int]
    notice_pending: bool
    notices: bool = True
    time_zone: str = DEFAULT_ZONE
    connected_at: datetime | None = None
    access_changed_at: datetime | None = None
    paid_at: datetime | None = None
    invited_by: int | None = None
    access_revision: int = 0
    withheld: Withheld | None = None
    withheld_at: datetime | None = None
    withheld_until: datetime | None = None
    withheld_limit: int | None = None
    withheld_untold: bool = False
    period_began_at: datetime | None = None
    period_began_with: int = 0

    def active_at(self, now: datetime) -> bool:
        """Whether he has access, which he keeps while he is withheld."""
        ended = self.expires_at is None or self.expires_at <= now
        return not (ended or self.banned or self.deleting)

    def let_in_at(self, now: datetime) -> bool:
        """Whether the servers should let him in."""
        until = let_in_until(
            expires_at=self.expires_at,
            banned=self.banned,
            deleting=self.deleting,
            withheld=self.withheld,
        )
        return until is not None and until > now

    def document(self) -> dict[str, Any]:
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {"_id": values.pop("user_id"), **values}


REQUIRED = [it.name for it in fields(UserRecord) if it.default is MISSING][1:]
LATER = [it.name for it in fields(UserRecord) if it.default is not MISSING]


def record_of(document: dict[str, Any]) -> UserRecord:
    return UserRecord(
        user_id=document["_id"],
        **{name: document[name] for name in REQUIRED},
        **{name: document[name] for name in LATER if name in document},
    )


def user_of(record: UserRecord) -> User:
    """What the neighbours see: no secret, no token."""
    return User(
        user_id=record.user_id,
        telegram_id=record.tg_id,
        username=record.username,
        first_name=record.first_name,
        last_name=record.last_name,
        language=record.language,
        created_at=record.created_at,
        expires_at=record.expires_at,
        has_trial=record.has_trial,
        trial_taken_at=record.trial_taken_at,
        blocked=record.blocked,
        banned=record.banned,
        revision=record.revision,
        pending=record.pending,
        ever_paid=record.ever_paid,
        notices=record.notices,
        time_zone=record.time_zone,
        connected_at=record.connected_at,
        withheld=record.withheld,
        withheld_until=record.withheld_until,
    )
