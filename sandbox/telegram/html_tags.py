"""What a tag of Telegram's HTML carries: its name, its attribute, its character references."""

import re

from sandbox.telegram.errors import JsonObject
from sandbox.telegram.urls import WrongLink, checked_link

KINDS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "span": "spoiler",
    "tg-spoiler": "spoiler",
    "code": "code",
    "pre": "pre",
    "a": "text_link",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
    "tg-time": "date_time",
}
NAMED = {b"lt": "<", b"gt": ">", b"amp": "&", b"quot": '"'}
REFERENCE = re.compile(rb"&(?:#(?:x([0-9a-fA-F]+)|([0-9]+))|([a-zA-Z]+))")
SPACES = b" \t\r\n\0\x0b"
MAX_REFERENCE = 10
LAST_CODE_POINT = 0x10FFFF


PLAIN_ARGUMENTS = {("a", "href"), ("tg-emoji", "emoji-id"), ("tg-time", "unix")}
PREFIXED_ARGUMENTS = {("code", "class"): "language-", ("span", "class"): "tg-"}


class WrongMarkup(Exception):
    """What the server says after "can't parse entities: "."""


def lowered(name: bytes) -> str:
    return bytes(name).lower().decode("utf-8", "replace")


def decode_reference(source: bytes, at: int) -> tuple[str, int]:
    """The character that `&…;` at `at` means and where it ends; ("", at) when it stays text."""
    found = REFERENCE.match(source, at)
    character = _meaning(found) if found else ""
    if not found or not character:
        return "", at
    return character, found.end() + (source[found.end() : found.end() + 1] == b";")


def _meaning(found: re.Match[bytes]) -> str:
    hexadecimal, decimal, name = found.groups()
    if name is not None:
        return NAMED.get(name, "")
    if found.end() - found.start() >= MAX_REFERENCE:
        return ""
    code = int(hexadecimal, 16) if hexadecimal else int(decimal)
    return chr(code) if 0 < code < LAST_CODE_POINT else ""


def argument_of(tag: str, attribute: str, value: str) -> str:
    """The one value a tag keeps of its attributes."""
    if (tag, attribute) in PLAIN_ARGUMENTS:
        return value
    prefix = PREFIXED_ARGUMENTS.get((tag, attribute))
    if prefix and value.startswith(prefix):
        return value.removeprefix(prefix)
    return "1" if (tag, attribute) == ("blockquote", "expandable") else ""


def joined_code(last: JsonObject, entity: JsonObject, language: str) -> bool:
    """<pre><code class="language-x"> and its reverse are one entity: a block with a language."""
    if (last.get("offset"), last.get("length")) != (entity["offset"], entity["length"]):
        return False
    if entity["type"] == "pre" and last["type"] == "code" and last.get("language"):
        last["type"] = "pre"
        return True
    if entity["type"] == "code" and last["type"] == "pre" and language:
        last["language"] = language
        return True
    return False


def linked(entity: JsonObject, target: str, *, lax: bool) -> bool:
    """Give the entity its link; False when Telegram drops the link and keeps the text."""
    mention = re.fullmatch(r"tg:(?://)?user\?id=([0-9]{1,15})", target, re.IGNORECASE)
    if mention:
        entity["type"] = "text_mention"
        entity["user_id"] = int(mention[1])
        return True
    try:
        entity["url"] = checked_link(target, lax=lax)
    except WrongLink:
        return False
    return True


def emoji_id(argument: str) -> str:
    if not re.fullmatch(r"-?[0-9]{1,19}", argument, re.ASCII) or not int(argument):
        raise WrongMarkup("Invalid custom emoji identifier specified")
    return argument


def moment(argument: str) -> int:
    if not re.fullmatch(r"[0-9]{1,10}", argument, re.ASCII):
        raise WrongMarkup("Invalid Unix time specified")
    return int(argument)
