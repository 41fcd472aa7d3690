"""What an admin's screen or step is given: who, the services, a key's arguments or a message."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from telebot import types

from common.clients.main_api import MainApi
from common.clients.notify_service import NotifyService
from common.i18n.texts import Texts
from common.telegram.sender import Sender
from tg_bot.admin.dialogue import Data, Dialogue
from tg_bot.visit import View

UNSEEN = dict.fromkeys(map(ord, "\u200b\u200e\u200f\u2060\ufeff"))
"""Signs without width, which come along with what is copied."""

MAX_DIGITS = 16
MAX_NUMBER = 2**53


class Forged(Exception):
    """A key with arguments that we never gave out."""


@dataclass(frozen=True)
class Services:
    main_api: MainApi
    notify_service: NotifyService
    sender: Sender
    dialogue: Dialogue


@dataclass(frozen=True)
class AdminVisit:
    """`arguments` came with a press, from the key under `message_id`; `message` is what was written
    in answer to a step, `data` what that step was asked with. `note` is to be said first.
    """

    admin_id: int
    t: Texts
    now: datetime
    services: Services
    arguments: tuple[str, ...] = ()
    message_id: int | None = None
    message: types.Message | None = None
    data: Data = field(default_factory=dict)
    note: str = ""

    @property
    def main_api(self) -> MainApi:
        return self.services.main_api

    def argument(self, at: int) -> str:
        """Raises Forged when there is none."""
        if at >= len(self.arguments):
            raise Forged
        return self.arguments[at]

    def number(self, at: int) -> int:
        """An integer, maybe negative. Raises Forged."""
        given = self.argument(at)
        digits = given.removeprefix("-")
        if not (digits.isascii() and digits.isdigit() and len(digits) <= MAX_DIGITS):
            raise Forged
        return int(given)

    def positive(self, at: int) -> int:
        """The number of a user or of a message. Raises Forged."""
        number = self.number(at)
        if not 0 < number < MAX_NUMBER:
            raise Forged
        return number

    def text(self) -> str:
        """As own_text."""
        return own_text(self.message) if self.message else ""

    def written(self) -> types.Message:
        """The message; only in a step."""
        if self.message is None:
            raise Forged
        return self.message

    def message_key(self) -> str:
        """The key of an act that a message asks for: the same message asks for it once."""
        return f"adm-{self.admin_id}-m{self.written().message_id}"

    def ask(self, step: str, **data: Any) -> None:
        self.services.dialogue.ask(self.admin_id, step, data)

    def leave(self) -> None:
        self.services.dialogue.leave(self.admin_id)

    def keep(self, name: str, value: Data) -> None:
        self.services.dialogue.keep(self.admin_id, name, value)

    def kept(self, name: str) -> Data | None:
        return self.services.dialogue.kept(self.admin_id, name)


def own_text(message: types.Message) -> str:
    """What the admin wrote, without what surrounds it; empty for a picture and the like, and for
    what he forwards: others' words give no orders, whatever they look like.
    """
    return "" if message.forward_origin else (message.text or "").translate(UNSEEN).strip()


AdminScreen = Callable[[AdminVisit], View]
"""Raises ServiceError and Forged."""


@dataclass(frozen=True)
class Step:
    """`anything`: the answer is content, in which nothing but EXIT is obeyed; `reads_forms`: it
    reads lines such as days+=3 itself.
    """

    take: AdminScreen
    anything: bool = False
    reads_forms: bool = False
