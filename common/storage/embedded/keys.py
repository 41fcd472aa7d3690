"""Typed keys: bytes that sort as MongoDB sorts the values they stand for.

Every key begins with its type, and none is the beginning of another, so keys can be joined.
The first byte of a key, and of its complement, is never 00 or FF.
"""

import struct
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import bson
from bson import ObjectId
from bson.int64 import Int64

from common.storage.protocol import Refused

EMPTY_LIST = b"\x05"
NULL = b"\x0a"
_NUMBER, _STRING, _OBJECT, _BYTES = b"\x10", b"\x20", b"\x30", b"\x50"
_OBJECT_ID, _BOOL, _MOMENT = b"\x60", b"\x70", b"\x80"
_TERMINATOR = b"\x00\x00"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SIGN = 2**63
_pack = struct.Struct(">Q").pack
_pack_length = struct.Struct(">I").pack
_COMPLEMENT = bytes(255 - byte for byte in range(256))


def key_of(value: Any) -> bytes:
    """The key of a scalar, or of a subdocument (for identity, not for its order)."""
    encoder = _ENCODERS.get(type(value))
    if encoder is None:
        raise Refused(f"a {type(value).__name__} has no key")
    return encoder(value)


def complement(key: bytes) -> bytes:
    """Sorts the other way round, for descending fields."""
    return key.translate(_COMPLEMENT)


def _number(value: int) -> bytes:
    return _NUMBER + _pack(value + _SIGN)


def _text(value: str) -> bytes:
    return _STRING + value.encode().replace(b"\x00", b"\x00\xff") + _TERMINATOR


def text_prefix(value: str) -> bytes:
    """What the keys of all strings that begin with `value` begin with."""
    return _text(value)[:-2]


def _blob(value: bytes) -> bytes:
    return _BYTES + _pack_length(len(value)) + value


def _moment(value: datetime) -> bytes:
    since = value - _EPOCH
    milliseconds = (since.days * 86400 + since.seconds) * 1000 + since.microseconds // 1000
    return _MOMENT + _pack(milliseconds + _SIGN)


def _subdocument(value: dict[str, Any]) -> bytes:
    return _OBJECT + bson.encode(value).replace(b"\x00", b"\x00\xff") + _TERMINATOR


_ENCODERS: dict[type, Callable[[Any], bytes]] = {
    type(None): lambda _: NULL,
    bool: lambda value: _BOOL + (b"\x02" if value else b"\x01"),
    int: _number,
    Int64: _number,
    str: _text,
    bytes: _blob,
    ObjectId: lambda value: _OBJECT_ID + value.binary,
    datetime: _moment,
    dict: _subdocument,
}
