"""Presses of buttons that wait for the bot's answer."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from sandbox.telegram.errors import JsonObject, bad_request

TOO_OLD = "query is too old and response timeout expired or query ID is invalid"


@dataclass
class Press:
    callback_id: str
    chat_id: int
    message_id: int
    button: str
    pressed_at: float
    answer: JsonObject | None = None

    def as_json(self) -> JsonObject:
        """`answer` holds text, show_alert and url as far as the bot gave them."""
        return {
            "callback_id": self.callback_id,
            "chat_id": self.chat_id,
            "message_id": self.message_id,
            "button": self.button,
            "answered": self.answer is not None,
            **(self.answer or {}),
        }


@dataclass
class Callbacks:
    lifetime: float
    monotonic: Callable[[], float]
    presses: dict[str, Press] = field(default_factory=dict)

    def press(self, chat_id: int, message_id: int, button: str) -> Press:
        callback_id = str(secrets.randbelow(9 * 10**18) + 10**18)
        press = Press(callback_id, chat_id, message_id, button, self.monotonic())
        self.presses[callback_id] = press
        return press

    def answer(self, callback_id: str, answer: JsonObject) -> Press:
        """Raises 400 when nobody waits any more; a second answer in time is taken in silence."""
        press = self.presses.get(callback_id)
        if press is None or self.monotonic() > press.pressed_at + self.lifetime:
            raise bad_request(TOO_OLD)
        if press.answer is None:
            press.answer = answer
        return press
