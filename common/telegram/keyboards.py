"""Inline keyboards: rows of keys, each of exactly one kind, checked before Telegram sees them.

telebot's own classes swallow a mistyped argument and leave a key without an action.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from telebot import types

from models.buttons import callback

MAX_COPY_CHARS = 256
LINK_SCHEMES = ("http", "https", "tg", "ton")


class Style(StrEnum):
    """Colour of a key; older apps show it plain."""

    PRIMARY = "primary"
    SUCCESS = "success"
    DANGER = "danger"


@dataclass(frozen=True, slots=True)
class Key:
    """Made by `press`, `link` or `copy`."""

    text: str
    data: str | None = None
    url: str | None = None
    copied: str | None = None
    style: Style | None = None

    def __post_init__(self) -> None:
        if not self.text.strip():
            raise ValueError("a key needs a text")


Keyboard = Sequence[Sequence[Key]]


def press(text: str, name: str, *arguments: str | int, style: Style | None = None) -> Key:
    """A key whose press the bot receives as models.buttons.callback(name, ...)."""
    return Key(text, data=callback(name, *arguments), style=style)


def link(text: str, url: str, *, style: Style | None = None) -> Key:
    """A key that opens an address; Telegram refuses other schemes (vless, happ, ...) here."""
    if urlsplit(url).scheme not in LINK_SCHEMES:
        raise ValueError(f"a key opens only {', '.join(LINK_SCHEMES)}")
    return Key(text, url=url, style=style)


def copy(text: str, value: str, *, style: Style | None = None) -> Key:
    """A key that puts `value` into the clipboard."""
    if not 1 <= len(value) <= MAX_COPY_CHARS:
        raise ValueError(f"a key copies 1 to {MAX_COPY_CHARS} characters")
    return Key(text, copied=value, style=style)


def markup(keyboard: Keyboard) -> types.InlineKeyboardMarkup | None:
    """None for an empty one; an edit without a markup takes the old keyboard away."""
    rows = [[_button(key) for key in row] for row in keyboard if row]
    return types.InlineKeyboardMarkup(rows) if rows else None


def _button(key: Key) -> types.InlineKeyboardButton:
    return types.InlineKeyboardButton(
        key.text,
        callback_data=key.data,
        url=key.url,
        copy_text=types.CopyTextButton(key.copied) if key.copied else None,
        style=key.style.value if key.style else None,
    )
