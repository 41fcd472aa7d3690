"""Applies an accepted update to a document; raises Refused when the document does not fit it."""

from collections.abc import Callable
from typing import Any

from common.storage.embedded.keys import key_of
from common.storage.embedded.paths import MISSING
from common.storage.protocol import Document, Refused, Update

_INT64_MIN, _INT64_MAX = -(2**63), 2**63 - 1


def apply(document: Document, update: Update, *, inserting: bool = False) -> None:
    """In place: `document` must be the caller's own."""
    for operator, changes in update.items():
        if operator == "$setOnInsert" and not inserting:
            continue
        change = _CHANGES[operator]
        for path, operand in changes.items():
            change(document, path, operand)


def roots_of(update: Update) -> set[str]:
    """The document's own fields that an update can change, or change something beneath."""
    return {path.partition(".")[0] for changes in update.values() for path in changes}


def _parent(document: Document, path: str, *, create: bool) -> tuple[Document | None, str]:
    """The subdocument that holds the path's last part."""
    *parts, last = path.split(".")
    found: Any = document
    for part in parts:
        if part not in found:
            if not create:
                return None, last
            found[part] = {}
        found = found[part]
        if not isinstance(found, dict):
            if create or isinstance(found, list):
                raise Refused(f"the path {path!r} leads through what is no subdocument")
            return None, last
    return found, last


def _set(document: Document, path: str, operand: Any) -> None:
    parent, last = _parent(document, path, create=True)
    assert parent is not None
    parent[last] = operand


def _unset(document: Document, path: str, _operand: Any) -> None:
    parent, last = _parent(document, path, create=False)
    if parent is not None:
        parent.pop(last, None)


def _inc(document: Document, path: str, operand: int) -> None:
    parent, last = _parent(document, path, create=True)
    assert parent is not None
    current = parent.get(last, 0)
    if isinstance(current, bool) or not isinstance(current, int):
        raise Refused(f"$inc of {path!r}, which holds no number")
    total = int(current) + operand
    if not _INT64_MIN <= total <= _INT64_MAX:
        raise Refused(f"$inc of {path!r} beyond 64 bits")
    parent[last] = total


def _extreme(better: Callable[[bytes, bytes], bool]) -> Callable[[Document, str, Any], None]:
    def change(document: Document, path: str, operand: Any) -> None:
        parent, last = _parent(document, path, create=True)
        assert parent is not None
        current = parent.get(last, MISSING)
        if isinstance(current, dict | list):
            raise Refused(f"$min or $max of {path!r}, which holds no scalar")
        if current is MISSING or better(key_of(operand), key_of(current)):
            parent[last] = operand

    return change


def _list_at(document: Document, path: str, *, create: bool) -> list[Any] | None:
    parent, last = _parent(document, path, create=create)
    if parent is None or (last not in parent and not create):
        return None
    found = parent.setdefault(last, [])
    if not isinstance(found, list):
        raise Refused(f"a list operator on {path!r}, which holds no list")
    return found


def _push(document: Document, path: str, operand: Any) -> None:
    found = _list_at(document, path, create=True)
    assert found is not None
    found.append(operand)


def _add_to_set(document: Document, path: str, operand: Any) -> None:
    found = _list_at(document, path, create=True)
    assert found is not None
    if key_of(operand) not in {key_of(element) for element in found}:
        found.append(operand)


def _pull(document: Document, path: str, operand: Any) -> None:
    found = _list_at(document, path, create=False)
    if found is not None:
        unwanted = key_of(operand)
        found[:] = [element for element in found if key_of(element) != unwanted]


_CHANGES: dict[str, Callable[[Document, str, Any], None]] = {
    "$set": _set,
    "$setOnInsert": _set,
    "$unset": _unset,
    "$inc": _inc,
    "$min": _extreme(lambda new, old: new < old),
    "$max": _extreme(lambda new, old: new > old),
    "$push": _push,
    "$addToSet": _add_to_set,
    "$pull": _pull,
}
