"""Filters: checked and copied before any data is touched, also for an empty collection."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from common.storage.protocol import Document, Refused
from common.storage.subset import values

_PREFIX = re.compile(r"\^(?:[^\W_]|_|[ \-@%,:;<>=!\"'`/&~#]|\\[^\w])*\Z")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def filter_of(given: object) -> Document:
    if not isinstance(given, Mapping):
        raise Refused("a filter must be a mapping")
    return {key: _term(key, wanted) for key, wanted in given.items()}


def _term(key: object, wanted: object) -> Any:
    if key in ("$and", "$or"):
        if not isinstance(wanted, list | tuple) or not wanted:
            raise Refused(f"{key} needs a non-empty list of filters")
        return [filter_of(branch) for branch in wanted]
    values.path(key)
    if type(wanted) not in values.SCALARS and isinstance(wanted, Mapping):
        if not wanted:
            raise Refused("equality with a whole subdocument")
        return {name: _operand(name, operand) for name, operand in wanted.items()}
    return _equal(wanted)


def _operand(name: object, operand: object) -> Any:
    check = _OPERANDS.get(name) if isinstance(name, str) else None
    if check is None:
        raise Refused(f"the filter operator {name!r} is outside the subset")
    return check(operand)


def _equal(operand: object) -> Any:
    if type(operand) not in values.SCALARS and isinstance(operand, Mapping | list | tuple):
        raise Refused("equality with a whole subdocument or list")
    return values.scalar(operand)


def _bound(operand: object) -> Any:
    if operand is None:
        raise Refused("null has no order to compare by")
    return _equal(operand)


def _choices(operand: object) -> list[Any]:
    if not isinstance(operand, list | tuple | set | frozenset):
        raise Refused("$in and $nin need a list")
    return [_equal(choice) for choice in operand]


def _flag(operand: object) -> bool:
    if not isinstance(operand, bool):
        raise Refused("$exists needs a bool")
    return operand


def _prefix(operand: object) -> str:
    if not isinstance(operand, str) or not _PREFIX.match(operand):
        raise Refused("$regex must be '^' and a literal escaped by re.escape")
    return values.scalar(operand)  # type: ignore[no-any-return]  # a str stays a str


def prefix_of(pattern: str) -> str:
    """The literal that an accepted `$regex` asks a string to begin with."""
    return _ESCAPED.sub(r"\1", pattern[1:])


_OPERANDS: dict[str, Callable[[object], Any]] = {
    "$gt": _bound,
    "$gte": _bound,
    "$lt": _bound,
    "$lte": _bound,
    "$ne": _equal,
    "$in": _choices,
    "$nin": _choices,
    "$exists": _flag,
    "$regex": _prefix,
}
