"""Telegram's HTML: tags into text and entities, with the server's complaints by byte offset."""

import re
from dataclasses import dataclass, field

from sandbox.telegram.errors import JsonObject
from sandbox.telegram.html_tags import (
    KINDS,
    SPACES,
    WrongMarkup,
    argument_of,
    decode_reference,
    emoji_id,
    joined_code,
    linked,
    lowered,
    moment,
)

UNMATCHED_SURROGATE = (
    "Text contains invalid Unicode characters after decoding HTML entities, "
    "check for unmatched surrogate code units"
)


@dataclass(frozen=True)
class OpenTag:
    name: str
    argument: str
    starts_at: int
    text_index: int


def utf16_length(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


@dataclass
class HtmlParser:
    """Reads bytes, because complaints count bytes; entities count UTF-16 units, as in the API."""

    source: bytes
    lax_urls: bool = False
    at: int = 0
    text: list[str] = field(default_factory=list)
    length: int = 0
    open_tags: list[OpenTag] = field(default_factory=list)
    entities: list[JsonObject] = field(default_factory=list)

    def parse(self) -> tuple[str, list[JsonObject]]:
        while self.at < len(self.source):
            byte = self.source[self.at : self.at + 1]
            if byte == b"<":
                self._tag()
            elif byte == b"&":
                self._write(self._reference() or self._plain())
            else:
                self._write(self._plain())
        if self.open_tags:
            raise WrongMarkup(
                f'Can\'t find end tag corresponding to start tag "{self.open_tags[-1].name}"'
            )
        return self._finished()

    def _finished(self) -> tuple[str, list[JsonObject]]:
        text = "".join(self.text)
        try:
            text.encode()
        except UnicodeEncodeError:
            raise WrongMarkup(UNMATCHED_SURROGATE) from None
        for entity in self.entities:
            if entity["type"] == "code":
                entity.pop("language", None)
        return text, self.entities

    def _plain(self) -> str:
        """Everything up to the next special byte, which itself counts if it stands here."""
        found = re.compile(rb"[<&]").search(self.source, self.at + 1)
        end = found.start() if found else len(self.source)
        piece = self.source[self.at : end].decode()
        self.at = end
        return piece

    def _write(self, piece: str) -> None:
        self.text.append(piece)
        self.length += utf16_length(piece)

    def _reference(self) -> str:
        """The character at &…; or nothing when it is no reference: then it stays text."""
        character, self.at = decode_reference(self.source, self.at)
        return character

    def _tag(self) -> None:
        begin = self.at
        self.at += 1
        if self._peek() == b"/":
            self._end_tag(begin)
        else:
            self._start_tag(begin)

    def _peek(self) -> bytes:
        return self.source[self.at : self.at + 1] or b"\0"

    def _skip_spaces(self) -> None:
        while self.at < len(self.source) and self._peek() in SPACES:
            self.at += 1

    def _word(self, stops: bytes) -> bytes:
        start = self.at
        while self._peek() not in SPACES and self._peek() not in stops:
            self.at += 1
        return self.source[start : self.at]

    def _start_tag(self, begin: int) -> None:
        name = lowered(self._word(b">"))
        if self.at >= len(self.source):
            raise WrongMarkup(f"Unclosed start tag at byte offset {begin}")
        if name not in KINDS:
            raise WrongMarkup(f'Unsupported start tag "{name}" at byte offset {begin}')
        argument = ""
        while self._peek() != b">":
            argument = self._attribute(name, begin) or argument
            self._skip_spaces()
        if name == "span" and argument != "spoiler":
            raise WrongMarkup(f'Tag "span" must have class "tg-spoiler" at byte offset {begin}')
        self.at += 1
        self.open_tags.append(OpenTag(name, argument, self.length, len(self.text)))

    def _attribute(self, tag: str, begin: int) -> str:
        self._skip_spaces()
        if self._peek() == b">":
            return ""
        name = lowered(self._word(b"=>/\"'"))
        if not name:
            raise WrongMarkup(f'Empty attribute name in the tag "{tag}" at byte offset {begin}')
        self._skip_spaces()
        self._require_more(tag, begin)
        if self._peek() != b"=":
            return "1" if (tag, name) == ("blockquote", "expandable") else ""
        self.at += 1
        self._skip_spaces()
        self._require_more(tag, begin)
        return argument_of(tag, name, self._value(begin))

    def _require_more(self, tag: str, begin: int) -> None:
        if self.at >= len(self.source):
            raise WrongMarkup(f'Unclosed start tag "{tag}" at byte offset {begin}')

    def _value(self, begin: int) -> str:
        quote = self._peek()
        value = self._quoted(quote) if quote in {b'"', b"'"} else self._token()
        if self.at >= len(self.source):
            raise WrongMarkup(f"Unclosed start tag at byte offset {begin}")
        return value

    def _token(self) -> str:
        start = self.at
        while re.match(rb"[A-Za-z0-9.-]", self._peek()):
            self.at += 1
        if self._peek() not in SPACES and self._peek() != b">":
            raise WrongMarkup(f"Unexpected end of name token at byte offset {start}")
        return lowered(self.source[start : self.at])

    def _quoted(self, quote: bytes) -> str:
        self.at += 1
        value = b""
        while self.at < len(self.source) and self._peek() != quote:
            character = self._reference() if self._peek() == b"&" else ""
            if character:
                value += character.encode("utf-8", "surrogatepass")
            else:
                value += self._peek()
                self.at += 1
        self.at += 1
        return value.decode("utf-8", "replace")

    def _end_tag(self, begin: int) -> None:
        if not self.open_tags:
            raise WrongMarkup(f"Unexpected end tag at byte offset {begin}")
        self.at += 1
        name = lowered(self._word(b">"))
        self._skip_spaces()
        if self._peek() != b">":
            raise WrongMarkup(f"Unclosed end tag at byte offset {begin}")
        tag = self.open_tags.pop()
        if name and name != tag.name:
            raise WrongMarkup(
                f"Unmatched end tag at byte offset {begin}, "
                f'expected "</{tag.name}>", found "</{name}>"'
            )
        self.at += 1
        if self.length > tag.starts_at:
            self._close(tag)

    def _close(self, tag: OpenTag) -> None:
        entity: JsonObject = {
            "type": KINDS[tag.name],
            "offset": tag.starts_at,
            "length": self.length - tag.starts_at,
        }
        last = self.entities[-1] if self.entities else {}
        if tag.name in {"pre", "code"} and joined_code(last, entity, tag.argument):
            return
        if tag.name == "code" and tag.argument:
            entity["language"] = tag.argument
        if self._completed(entity, tag):
            self.entities.append(entity)

    def _completed(self, entity: JsonObject, tag: OpenTag) -> bool:
        """Fill in what the tag carries; False when it makes no entity, as a link elsewhere."""
        if tag.name == "a":
            target = tag.argument or "".join(self.text[tag.text_index :])
            return linked(entity, target, lax=self.lax_urls)
        if tag.name == "blockquote" and tag.argument:
            entity["type"] = "expandable_blockquote"
        if tag.name == "tg-emoji":
            entity["custom_emoji_id"] = emoji_id(tag.argument)
        if tag.name == "tg-time":
            entity["unix_time"] = moment(tag.argument)
        return True
