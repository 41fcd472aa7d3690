"""Registration and change of people."""

import secrets
from typing import Any

from common.clock import Clock
from common.storage.protocol import Database
from main_api.mongo_api.collections import USERS
from main_api.mongo_api.counters import Numbers
from main_api.referrals.service import ReferralService
from main_api.users.departed import DepartedStore
from main_api.users.record import UserRecord
from main_api.users.store import UserStore, plain_username
from models.users import Language, RegisterRequest, UserChange

SUB_TOKEN_BYTES = 24
ACCESS_SECRET_BYTES = 32
NAMES = ("first_name", "last_name")
SETTINGS = ("language", "blocked", "notices", "time_zone")
RUSSIAN_SPEAKING = {"ru", "be", "uk", "kk", "ky", "uz", "tg", "hy", "az"}


def new_sub_token() -> str:
    """192 random bits, as 32 characters for an address."""
    return secrets.token_urlsafe(SUB_TOKEN_BYTES)


def new_access_secret() -> str:
    return secrets.token_hex(ACCESS_SECRET_BYTES)


class UserService:
    def __init__(
        self, db: Database, users: UserStore, referrals: ReferralService, clock: Clock
    ) -> None:
        self._numbers = Numbers(db, USERS)
        self._users = users
        self._referrals = referrals
        self._departed = DepartedStore(db)
        self._clock = clock

    def register(self, request: RegisterRequest) -> tuple[UserRecord, bool]:
        """The user and whether it is new. A known person's names are refreshed, and that they
        write to the bot shows that they do not block it; language, referral and inviter stay.
        """
        known = self._users.find_by_telegram(request.telegram_id)
        if known is None:
            record = self._new(request)
            if self._users.insert(record):
                self._settle(record)
                return record, True
            known = self._users.get_by_telegram(request.telegram_id)
        refreshed = self._users.set(known.user_id, _names(request) | {"blocked": False})
        self._settle(refreshed)
        return refreshed, False

    def change(self, user_id: int, change: UserChange) -> UserRecord:
        """Set what is given; a name given as null is taken away."""
        given = change.model_dump(exclude_unset=True)
        fields: dict[str, Any] = {
            name: value
            for name, value in given.items()
            if name in NAMES or (name in SETTINGS and value is not None)
        }
        if "username" in given:
            fields |= _username(given["username"])
        if not fields:
            return self._users.get(user_id)
        record = self._users.set(user_id, fields)
        self._settle_username(record)
        return record

    def _settle(self, record: UserRecord) -> None:
        """What follows from a registration, also from one that was cut off before."""
        self._settle_username(record)
        self._referrals.note(record)

    def _settle_username(self, record: UserRecord) -> None:
        if record.username_lower is not None:
            self._users.release_username(record.username_lower, owner=record.user_id)

    def _new(self, request: RegisterRequest) -> UserRecord:
        """Who has left and comes back has had the trial, stays banned, and is invited by nobody."""
        departed = self._departed.find(request.telegram_id)
        payload = None if departed else request.referral_payload
        user_id = self._numbers.next()
        return UserRecord(
            user_id=user_id,
            tg_id=request.telegram_id,
            **_names(request),
            language=_language(request.language_code),
            created_at=self._clock(),
            expires_at=None,
            has_trial=False,
            trial_taken_at=departed.departed_at if departed and departed.trial_taken else None,
            ever_paid=bool(departed and departed.had_paid),
            blocked=False,
            banned=bool(departed and departed.banned),
            deleting=False,
            referral_payload=payload,
            access_secret=new_access_secret(),
            sub_token=new_sub_token(),
            revision=0,
            pending=[],
            applied=[],
            added={},
            notice_pending=False,
            invited_by=self._referrals.inviter_of(payload, newcomer=user_id),
        )


def _names(request: RegisterRequest) -> dict[str, Any]:
    names = {"first_name": request.first_name, "last_name": request.last_name}
    return names | _username(request.username)


def _username(username: str | None) -> dict[str, str | None]:
    plain = plain_username(username) if username else ""
    return {"username": plain or None, "username_lower": plain.lower() or None}


def _language(code: str | None) -> Language:
    """Of Telegram's language code ("en-GB"); who tells none most likely reads Russian."""
    primary = (code or "ru").lower().partition("-")[0]
    return "ru" if primary in RUSSIAN_SPEAKING else "en"
