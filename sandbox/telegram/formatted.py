"""A text as Telegram keeps it: cleaned, trimmed, with its entities in order."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sandbox.telegram.entities import HtmlParser, utf16_length
from sandbox.telegram.errors import JsonObject, bad_request
from sandbox.telegram.html_tags import KINDS, WrongMarkup
from sandbox.telegram.urls import WrongLink, checked_link

MAX_SOURCE_BYTES = 1 << 15
MAX_TEXT, MAX_CAPTION = 4096, 1024
LAST_CONTROL = 0x20

STYLES = ("bold", "italic", "underline", "strikethrough", "spoiler")
CODE = ("code", "pre")
BLOCKS = ("blockquote", "expandable_blockquote")
GIVEN_TYPES = frozenset(KINDS.values()) | {"expandable_blockquote"}
ORDER = {kind: place for place, kind in enumerate((*BLOCKS, "text_link", *STYLES, *CODE))}

DETECTED = {
    "url": re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:!?)»]", re.IGNORECASE),
    "bot_command": re.compile(
        r"(?<![\w/<>@.])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/])"
    ),
    "mention": re.compile(r"(?<![\w/@])@[A-Za-z][A-Za-z0-9_]{3,31}(?!\w)"),
}


@dataclass(frozen=True)
class FormattedText:
    text: str = ""
    entities: tuple[JsonObject, ...] = ()


def formatted(text: str, parse_mode: str, given: object, *, lax_urls: bool) -> FormattedText:
    """Parse and clean; raises the server's 400s. Only HTML is modelled: Markdown is refused."""
    if len(text.encode()) > MAX_SOURCE_BYTES:
        raise bad_request("Text is too long")
    mode = parse_mode.lower()
    entities: list[JsonObject]
    if mode == "html":
        text, entities = _parsed(text, lax_urls=lax_urls)
    elif mode in {"", "none"}:
        entities = list(_given(given, lax_urls=lax_urls))
    elif mode in {"markdown", "markdownv2"}:
        raise bad_request("this sandbox models parse_mode HTML only")
    else:
        raise bad_request("unsupported parse_mode")
    return cleaned(text, entities)


def message_text(text: FormattedText) -> FormattedText:
    if not text.text:
        raise bad_request("text must be non-empty")
    if len(text.text) > MAX_TEXT:
        raise bad_request("message is too long")
    return text


def caption(text: FormattedText) -> FormattedText:
    if len(text.text) > MAX_CAPTION:
        raise bad_request("message caption is too long")
    return text


def _parsed(text: str, *, lax_urls: bool) -> tuple[str, list[JsonObject]]:
    try:
        return HtmlParser(text.encode(), lax_urls=lax_urls).parse()
    except WrongMarkup as wrong:
        raise bad_request(f"can't parse entities: {wrong}") from None


def _given(entities: object, *, lax_urls: bool) -> Iterator[JsonObject]:
    for entity in entities if isinstance(entities, list) else []:
        if not isinstance(entity, dict) or not isinstance(entity.get("type"), str):
            raise bad_request("can't parse MessageEntity: expected an Object")
        numbers = (entity.get("offset"), entity.get("length"))
        if not all(
            isinstance(number, int) and 0 <= number <= MAX_SOURCE_BYTES for number in numbers
        ):
            raise bad_request("can't parse MessageEntity: offset and length must be Numbers")
        if entity["type"] in GIVEN_TYPES:
            kept = {name: value for name, value in entity.items() if value is not None}
            yield _with_checked_link(kept, lax_urls=lax_urls)


def _with_checked_link(entity: JsonObject, *, lax_urls: bool) -> JsonObject:
    if entity["type"] != "text_link":
        return entity
    try:
        return {**entity, "url": checked_link(str(entity.get("url", "")), lax=lax_urls)}
    except WrongLink as wrong:
        raise bad_request(f"Entity {wrong}") from None


def cleaned(text: str, entities: Iterable[JsonObject]) -> FormattedText:
    """Without carriage returns and control characters, trimmed, the entities moved along."""
    kept = [(character, _visible(character)) for character in text]
    whole = "".join(visible for _, visible in kept)
    left = utf16_length(whole) - utf16_length(whole.lstrip())
    clean = whole.strip()
    moved_to, position = [0], 0
    for character, visible in kept:
        shown = utf16_length(visible)
        moved_to += [position + min(unit + 1, shown) for unit in range(utf16_length(character))]
        position += shown
    ends = utf16_length(clean)

    def place(offset: int) -> int:
        return min(max(moved_to[min(offset, len(moved_to) - 1)] - left, 0), ends)

    moved = []
    for entity in entities:
        start, end = place(entity["offset"]), place(entity["offset"] + entity["length"])
        moved.append({**entity, "offset": start, "length": end - start})
    return FormattedText(clean, tuple(_in_order(clean, moved)))


def _visible(character: str) -> str:
    if character == "\r":
        return ""
    return " " if ord(character) < LAST_CONTROL and character != "\n" else character


def _in_order(text: str, entities: list[JsonObject]) -> list[JsonObject]:
    units = text.encode("utf-16-le")

    def shows(entity: JsonObject) -> bool:
        start, end = entity["offset"] * 2, (entity["offset"] + entity["length"]) * 2
        return bool(units[start:end].decode("utf-16-le", "replace").strip())

    shown = [entity for entity in entities if shows(entity)]
    closed = [entity for entity in shown if entity["type"] in (*CODE, "text_link")]
    free = [found for found in detected(text) if not any(overlap(found, other) for other in closed)]
    kept = _joined([*_outside_code(shown), *free])
    return sorted(kept, key=lambda it: (it["offset"], -it["length"], ORDER.get(it["type"], 0)))


def _outside_code(entities: list[JsonObject]) -> list[JsonObject]:
    """Code shows nothing but itself; a quotation may still hold it."""
    code = [entity for entity in entities if entity["type"] in CODE]
    return [
        entity
        for entity in entities
        if entity["type"] in (*CODE, *BLOCKS) or not any(overlap(entity, it) for it in code)
    ]


def overlap(one: JsonObject, other: JsonObject) -> bool:
    starts = max(one["offset"], other["offset"])
    return bool(starts < min(one["offset"] + one["length"], other["offset"] + other["length"]))


def _joined(entities: list[JsonObject]) -> list[JsonObject]:
    """Touching or nested pieces of one style are one entity."""
    joined: list[JsonObject] = []
    last: dict[str, JsonObject] = {}
    for entity in sorted(entities, key=lambda it: (it["offset"], -it["length"])):
        before = last.get(entity["type"])
        ends = entity["offset"] + entity["length"]
        if before and entity["type"] in STYLES and _end(before) >= entity["offset"]:
            before["length"] = max(_end(before), ends) - before["offset"]
            continue
        last[entity["type"]] = entity
        joined.append(entity)
    return joined


def _end(entity: JsonObject) -> int:
    return int(entity["offset"] + entity["length"])


def detected(text: str) -> Iterator[JsonObject]:
    """What Telegram finds by itself: links, commands, mentions."""
    taken: list[JsonObject] = []
    for kind, pattern in DETECTED.items():
        for found in pattern.finditer(text):
            offset = utf16_length(text[: found.start()])
            entity = {"type": kind, "offset": offset, "length": utf16_length(found[0])}
            if not any(overlap(entity, other) for other in taken):
                taken.append(entity)
                yield entity
