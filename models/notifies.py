"""Notices: P's own shape for /addNotify, and ours with keys and parameters."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from models.codes import NoticeKind
from models.users import TgId, Wire


class PaperNotify(Wire):
    """P's notice: `date` in Unix milliseconds, `args` = [tg_id, text]."""

    date: Annotated[int, Field(ge=0, lt=2**53)]
    tgid: TgId
    pushName: Literal["notifySubEnded", "testPush"]  # noqa: N815 -- P's name on the wire
    args: Annotated[list[int | str], Field(max_length=2)] = []


class AddNotifyRequest(Wire):
    notify: PaperNotify


class AddNotifyAnswer(Wire):
    status: Literal["ok"] = "ok"


class Notice(Wire):
    """One message to one person, due at a moment, sent at most once by its `key`.

    `params` are the kind's own (strings and integers only); unknown keys of a kind are refused.
    """

    key: Annotated[str, Field(pattern=r"^[A-Za-z0-9._:-]{1,128}$")]
    kind: NoticeKind
    telegram_id: TgId
    language: Annotated[str, Field(max_length=8)] = "ru"
    due_at: AwareDatetime
    params: dict[str, str | int] = {}


MOST_NOTICES = 200


class NoticeList(Wire):
    """Several at once; when one of them is refused, none is taken."""

    notices: Annotated[list[Notice], Field(min_length=1, max_length=MOST_NOTICES)]


class NoticeState(Wire):
    """`state`: waiting, sending, sent, dropped, blocked, unknown (a read timeout), failed."""

    key: str
    state: Literal["waiting", "sending", "sent", "dropped", "blocked", "unknown", "failed"]


class NoticeStates(Wire):
    """In the order of the notices given."""

    notices: list[NoticeState]
