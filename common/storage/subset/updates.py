"""Updates: operators, paths that do not overlap, operands of the right kind."""

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

from common.storage.protocol import Document, Refused
from common.storage.subset import values


def update_of(given: object) -> dict[str, Document]:
    if not isinstance(given, Mapping) or not given:
        raise Refused("an update must be a non-empty mapping of operators")
    update = {operator: _changes(operator, changes) for operator, changes in given.items()}
    _refuse_overlaps([path for changes in update.values() for path in changes])
    return update


def _changes(operator: object, changes: object) -> Document:
    check = _OPERANDS.get(operator) if isinstance(operator, str) else None
    if check is None:
        raise Refused(f"the update operator {operator!r} is outside the subset")
    if not isinstance(changes, Mapping) or not changes:
        raise Refused(f"{operator} needs a non-empty mapping")
    return {_target(path): check(operand) for path, operand in changes.items()}


def _target(given: object) -> str:
    path = values.path(given)
    if path == "_id" or path.startswith("_id."):
        raise Refused("_id never changes")
    return path


def _refuse_overlaps(paths: list[str]) -> None:
    if len({path.partition(".")[0] for path in paths}) == len(paths):
        return  # as a rule no two even begin alike
    ordered = sorted(path.split(".") for path in paths)
    for first, second in pairwise(ordered):
        if second[: len(first)] == first:
            raise Refused(f"two changes of the same path {'.'.join(first)!r}")


def _amount(operand: object) -> int:
    if isinstance(operand, bool) or not isinstance(operand, int):
        raise Refused("$inc needs an int")
    return values.scalar(operand)  # type: ignore[no-any-return]  # an int stays an int


def _ordered(operand: object) -> Any:
    if operand is None:
        raise Refused("$min and $max need a value that has an order")
    return values.scalar(operand)


_OPERANDS: dict[str, Callable[[object], Any]] = {
    "$set": values.value,
    "$setOnInsert": values.value,
    "$unset": lambda _: "",
    "$inc": _amount,
    "$min": _ordered,
    "$max": _ordered,
    "$push": values.scalar,
    "$addToSet": values.scalar,
    "$pull": values.scalar,
}
