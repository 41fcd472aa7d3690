"""What a kind of notice is: its parameters, its words, and whether it is still wanted."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from common.i18n.texts import Texts
from common.telegram.keyboards import Keyboard
from models.users import User


class Params(BaseModel):
    """Unknown parameters are refused, so that a mistyped one is seen by who sends it."""

    model_config = ConfigDict(extra="forbid", frozen=True)


YEAR_10000_MS = 253_402_300_800_000
P = TypeVar("P", bound=Params)
Milliseconds = Annotated[int, Field(ge=0, lt=YEAR_10000_MS)]
Kopecks = Annotated[int, Field(ge=0, le=10**12)]
FreeText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=3500)]


class EndParams(Params):
    """A reminder of one end of access: an end that has been moved has reminders of its own."""

    end_ms: Milliseconds


class Urgency(IntEnum):
    """The lower, the sooner, among those that are due."""

    TRANSACTION = 0
    REMINDER = 1


@dataclass(frozen=True, slots=True)
class Message:
    html: str
    keyboard: Keyboard = ()


@dataclass(frozen=True, slots=True)
class Circumstances:
    """`user` is main_api's record; None where the kind did not need it, or nobody knows it."""

    now: datetime
    user: User | None


@dataclass(frozen=True, slots=True)
class Kind(Generic[P]):
    """`wanted` is asked when it is about to be sent; with False it is dropped, and so it is from
    the moment on that `use_ends` tells (None: never). With `waits_for_morning` it is put back to
    the end of its reader's quiet hours, unless its use has ended by then. `dated`: its words tell
    a moment, so the reader's time zone is asked for.
    """

    params: type[P]
    compose: Callable[[P, Texts, Circumstances], Message]
    urgency: Urgency
    wanted: Callable[[P, User, datetime], bool] | None = None
    use_ends: Callable[[P, User], datetime | None] | None = None
    waits_for_morning: bool = False
    dated: bool = False


AnyKind = Kind[Any]
