"""One message to many: as drafted, as it goes out, as it ended."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, model_validator

from models.access import OrderId
from models.codes import Audience
from models.users import Language, TgId, Wire

BroadcastState = Literal["draft", "running", "paused", "stopped", "done", "deleting", "deleted"]
"""draft -> running <-> paused -> done or stopped -> deleting -> deleted."""


class BroadcastButton(Wire):
    """Either `name`, one of the bot's own (models.buttons.NAMED; `finland` and the other countries
    too), shown under its own label in the reader's language; or `text` and `url`.
    """

    name: Annotated[str, Field(max_length=40)] = ""
    text: Annotated[str, Field(max_length=64)] = ""
    url: Annotated[str, Field(max_length=2048)] = ""

    @model_validator(mode="after")
    def _one_of_two(self) -> "BroadcastButton":
        if bool(self.name) == bool(self.text and self.url):
            raise ValueError("a button has either a name or a text and a url")
        return self


MessageId = Annotated[int, Field(ge=1, lt=2**53)]
ButtonRow = Annotated[list[BroadcastButton], Field(max_length=8)]


class BroadcastDraft(Wire):
    """The message `source_message_id` of the admin's own chat with the bot, copied to each reader.

    `broadcast_id` is chosen by the caller: the same again changes nothing. `keyboard` is rows.
    """

    broadcast_id: OrderId
    admin_id: TgId
    source_message_id: MessageId
    keyboard: Annotated[list[ButtonRow], Field(max_length=20)] = []
    audience: Audience
    language: Language | None = None


class BroadcastProgressMessage(Wire):
    """The message in the admin's chat that is kept up to date while the broadcast runs."""

    message_id: MessageId


class Broadcast(Wire):
    """`recipients` are frozen when it starts: of them `waiting` are still to be served; `blocked`
    cannot be reached, `unknown` were sent to without an answer of Telegram, never again; `failed`
    were refused. `why` tells why it stopped by itself. `seconds_left` is an estimate, null when
    there is none. `deleted` counts messages that were taken back; it can be asked for until
    `deletable_until`.
    """

    broadcast_id: OrderId
    admin_id: TgId
    state: BroadcastState
    audience: Audience
    language: Language | None
    recipients: int = 0
    waiting: int = 0
    sent: int = 0
    blocked: int = 0
    unknown: int = 0
    failed: int = 0
    deleted: int = 0
    undeletable: int = 0
    why: str = ""
    seconds_left: int | None = None
    created_at: AwareDatetime
    started_at: AwareDatetime | None = None
    ended_at: AwareDatetime | None = None
    deletable_until: AwareDatetime | None = None


class Broadcasts(Wire):
    """Newest first."""

    broadcasts: list[Broadcast]
