"""Dotted paths through a document, and the keys found at their end."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from common.storage.embedded.keys import EMPTY_LIST, NULL, complement, key_of
from common.storage.protocol import Document, Refused

MISSING: Final = object()


def value_at(document: Document, path: str) -> Any:
    """MISSING when absent. Raises Refused where the path leads through a list."""
    if "." not in path:
        return document.get(path, MISSING)
    found: Any = document
    for part in path.split("."):
        if isinstance(found, list):
            raise Refused(f"the path {path!r} leads through a list")
        if not isinstance(found, dict):
            return MISSING
        found = found.get(part, MISSING)
    return found


def keys_to_match(document: Document, path: str) -> list[bytes]:
    """One key, or one of each element of a list; an absent field counts as null."""
    found = value_at(document, path)
    if found is MISSING:
        return [NULL]
    if isinstance(found, list):
        return [key_of(element) for element in found]
    return [key_of(found)]


def keys_to_index(document: Document, path: str) -> list[bytes]:
    """As keys_to_match, but an empty list has a key too: an entry stands for every document."""
    return keys_to_match(document, path) or [EMPTY_LIST]


def sort_key(document: Document, sort: Sequence[tuple[str, int]]) -> bytes:
    """A list sorts by its least element, or descending by its greatest.

    Ties are broken by `_id` in the direction of the last field, as the index scan breaks them.
    """
    parts = []
    direction = 1
    for path, direction in sort:
        keys = keys_to_index(document, path)
        parts.append(min(keys) if direction > 0 else complement(max(keys)))
    tie = key_of(document["_id"])
    parts.append(tie if direction > 0 else complement(tie))
    return b"".join(parts)


def included(document: Document, paths: Sequence[str]) -> Document:
    """`_id` and the fields at the paths, in the document's order."""
    wanted, whole = _wanted(tuple(paths))
    if whole:
        return {name: found for name, found in document.items() if name in wanted}
    kept: Document = {}
    for name, found in document.items():
        inner = wanted.get(name)
        if inner == []:
            kept[name] = found
        elif inner is not None and isinstance(found, dict):
            kept[name] = _subdocument(found, inner)
        elif inner is not None and isinstance(found, list):
            kept[name] = []  # as MongoDB: scalars in a list hold no such field
    return kept


@lru_cache(maxsize=256)
def _wanted(paths: tuple[str, ...]) -> tuple[Mapping[str, list[str]], bool]:
    """The first part of each path, with what is wanted inside it (nothing: all of it), and whether
    all are wanted whole. It is the same for every document of a walk.
    """
    wanted: dict[str, list[str]] = {"_id": []}
    for path in paths:
        head, _, rest = path.partition(".")
        wanted.setdefault(head, []).extend([rest] if rest else [])
    return wanted, not any(wanted.values())


def _subdocument(found: Document, paths: list[str]) -> Document:
    kept = included(found, paths)
    if "_id" not in paths:
        kept.pop("_id", None)
    return kept
