"""Values and documents: which may be stored, and the one form in which they are."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bson import ObjectId

from common.storage.protocol import Document, Refused

_INT64_MIN, _INT64_MAX = -(2**63), 2**63 - 1
_UNCHANGED = frozenset({type(None), bool, bytes, ObjectId})
SCALARS = _UNCHANGED | {str, int, datetime}
"""Looked up before `isinstance(…, Mapping)`, which is slow where the answer is no."""


def scalar(value: object) -> Any:
    """The value as BSON would give it back: plain str and int, UTC cut to milliseconds."""
    if type(value) in _UNCHANGED or (type(value) is str and value.isascii()):
        return value
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, int):
        return _integer(value)
    if isinstance(value, datetime):
        return _moment(value)
    raise Refused(f"a {type(value).__name__} is no scalar that can be stored")


def _text(value: str) -> str:
    plain = str.__str__(value)  # an enum's value, whatever its own __str__ says
    if not plain.isascii():
        try:
            plain.encode()
        except UnicodeEncodeError:
            raise Refused("a string with lone surrogates has no UTF-8 form") from None
    return plain


def _integer(value: int) -> int:
    if not _INT64_MIN <= value <= _INT64_MAX:
        raise Refused("an integer must fit into 64 bits")
    return int(value)


def _moment(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise Refused("a datetime without a time zone")
    try:
        moment = value.astimezone(UTC)
    except OverflowError:
        raise Refused("a datetime out of range") from None
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def value(given: object) -> Any:
    if type(given) in SCALARS:
        return scalar(given)
    if isinstance(given, Mapping):
        return {_key(name): value(inner) for name, inner in given.items()}
    if isinstance(given, list | tuple):
        return [scalar(element) for element in given]
    return scalar(given)


def _key(name: object) -> str:
    if type(name) is str and name.isascii() and name.isidentifier():
        return name  # as nearly all are; it passes what follows
    if not isinstance(name, str) or not name or name[0] == "$" or "." in name or "\0" in name:
        raise Refused("a field's name must be a non-empty string without '.', NUL or a leading '$'")
    return _text(name)


def identity(given: object) -> Any:
    """A value for `_id`."""
    if isinstance(given, bool) or not isinstance(given, str | int | ObjectId):
        raise Refused("_id must be a str, an int or an ObjectId")
    return scalar(given)


def document(given: object) -> Document:
    """A copy to store, with an `_id` in first place."""
    if not isinstance(given, Mapping):
        raise Refused("a document must be a mapping")
    fields: Document = value(given)
    return {"_id": identity(fields.pop("_id", None) if "_id" in fields else ObjectId()), **fields}


def path(given: object) -> str:
    """A dotted path without array positions, which would mean different things to each backend."""
    if type(given) is str and given.isascii() and given.isidentifier():
        return given  # as nearly all are; it passes what follows
    if not isinstance(given, str) or not given:
        raise Refused("a path must be a non-empty string")
    for part in given.split("."):
        _key(part)
        if part.isdigit():
            raise Refused("a path must not hold a position in a list")
    return _text(given)
