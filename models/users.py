"""A user as it crosses the wire."""

from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from models.codes import Withheld

Language = Literal["ru", "en"]


def _digits(value: object) -> object:
    return int(value) if isinstance(value, str) and value.isdigit() else value


TgId = Annotated[int, BeforeValidator(_digits), Field(ge=1, lt=2**53, strict=True)]
"""Telegram's id of a person: a JSON integer; a string of digits is accepted (P sends both)."""

UserId = Annotated[int, Field(ge=1, lt=2**53)]
"""Our own id of a user."""

Name = Annotated[str, Field(max_length=256)]

DEFAULT_ZONE = "Europe/Moscow"


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("must be a time zone's IANA name, such as Europe/Moscow")
    return name


Zone = Annotated[str, Field(max_length=64), AfterValidator(_zone)]
"""A time zone by its IANA name."""


class Wire(BaseModel):
    """Unknown fields are ignored, so that one end may be newer than the other."""

    model_config = ConfigDict(extra="ignore")


class RegisterRequest(Wire):
    telegram_id: TgId
    username: Name | None = None
    first_name: Name | None = None
    last_name: Name | None = None
    language_code: Annotated[str, Field(max_length=35)] | None = None
    referral_payload: Annotated[str, Field(max_length=64)] | None = None


class UserChange(Wire):
    """Fields to set; what is absent stays. `blocked` = the person has blocked the bot;
    `notices` false = wants no reminders; `time_zone` is the one he has chosen.
    """

    username: Name | None = None
    first_name: Name | None = None
    last_name: Name | None = None
    language: Language | None = None
    blocked: bool | None = None
    notices: bool | None = None
    time_zone: Zone | None = None


class User(Wire):
    """`expires_at` is the end of access (null: never had any); `pending` the servers still to learn
    of the newest `revision`; `has_trial` is true while the trial is what the user lives on.
    `connected_at` is when a server first counted traffic of his (null: never yet). `withheld`: he
    has reached a limit and is on no server, until that moment if it is known (null: until he buys).
    """

    user_id: UserId
    telegram_id: TgId
    username: str | None
    first_name: str | None
    last_name: str | None
    language: Language
    created_at: AwareDatetime
    expires_at: AwareDatetime | None
    has_trial: bool
    trial_taken_at: AwareDatetime | None
    blocked: bool
    banned: bool
    revision: int
    pending: list[str]
    ever_paid: bool = False
    notices: bool = True
    time_zone: str = DEFAULT_ZONE
    connected_at: AwareDatetime | None = None
    withheld: Withheld | None = None
    withheld_until: AwareDatetime | None = None


class UserIds(Wire):
    user_ids: list[UserId]


class Removal(Wire):
    """A person is gone; `done` once the last server has forgotten the user too."""

    user_id: UserId
    done: bool
    pending: list[str]
