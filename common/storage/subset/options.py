"""Sorts, projections, indexes, names and limits."""

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

from common.storage.protocol import Document, Refused
from common.storage.subset import values

_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}\Z")


def name(given: object) -> str:
    """Of a database or collection: it becomes a file's name, and means itself everywhere."""
    if not isinstance(given, str) or not _NAME.match(given):
        raise Refused("a name must be up to 63 of a-z, 0-9 and _, and begin with a letter")
    return given


def keys(given: object) -> list[tuple[str, int]]:
    """The (path, 1 or -1) pairs of a sort or an index."""
    if not isinstance(given, Sequence) or isinstance(given, str) or not given:
        raise Refused("a sort or index needs a non-empty list of (path, direction)")
    pairs = [_pair(entry) for entry in given]
    if len({path for path, _ in pairs}) != len(pairs):
        raise Refused("a path twice in one sort or index")
    return pairs


def _pair(entry: object) -> tuple[str, int]:
    if not isinstance(entry, Sequence) or isinstance(entry, str) or len(entry) != 2:  # noqa: PLR2004 -- a pair
        raise Refused("a sort or index needs (path, direction) pairs")
    path, direction = entry
    if isinstance(direction, bool) or direction not in (1, -1):
        raise Refused("a direction must be 1 or -1")
    return values.path(path), int(direction)


def projection(given: object) -> list[str] | None:
    """The fields to include; None means all."""
    if given is None:
        return None
    if isinstance(given, Mapping):
        if any(flag is not True and flag != 1 for flag in given.values()):
            raise Refused("a projection only includes")
    elif not isinstance(given, Sequence) or isinstance(given, str):
        raise Refused("a projection must be a list of paths")
    paths = [values.path(entry) for entry in given]
    _refuse_nested(paths)
    return paths


def _refuse_nested(paths: list[str]) -> None:
    ordered = sorted(path.split(".") for path in paths)
    for first, second in pairwise(ordered):
        if second[: len(first)] == first:
            raise Refused("a projection with overlapping paths")


def count(given: object) -> int:
    if isinstance(given, bool) or not isinstance(given, int) or given < 0:
        raise Refused("skip and limit must be integers from 0 up")
    return given


def upsert(where: Document, wanted: object) -> bool:
    if not isinstance(wanted, bool):
        raise Refused("upsert must be a bool")
    if wanted and (list(where) != ["_id"] or isinstance(where["_id"], dict)):
        raise Refused("upsert only by the equality of _id")
    if wanted:
        values.identity(where["_id"])
    return wanted
