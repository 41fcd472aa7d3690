"""P's user record and requests, under P's names."""

from typing import Annotated

from pydantic import Field

from models.users import Name, TgId, UserId, Wire

UnixMilliseconds = Annotated[int, Field(ge=0, le=253_402_300_799_999)]
"""Up to the end of year 9999."""


class PaperUser(Wire):
    """`subdate`: end of access, null when there never was any; `has_trial`: on trial now."""

    tg_id: TgId
    username: str | None
    subdate: UnixMilliseconds | None
    has_trial: bool
    user_id: UserId


class PaperIds(Wire):
    ids: list[TgId]


class PaperCreateRequest(Wire):
    tg_id: TgId
    username: Name | None = None


class PaperUpdateRequest(Wire):
    """Only what is given is set; `subdate` null takes access away, as if there never was any."""

    tg_id: TgId
    username: Name | None = None
    subdate: UnixMilliseconds | None = None
    has_trial: bool | None = None
