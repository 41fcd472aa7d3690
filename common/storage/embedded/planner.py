"""Chooses the index and the ranges of its keys that hold every document a filter can match."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, final

from common.storage.embedded.catalogue import Index, Table
from common.storage.embedded.keys import complement, key_of, text_prefix
from common.storage.protocol import Filter
from common.storage.subset.filters import prefix_of

Range = tuple[bytes, bytes]
_ID = (("_id", 1),)
_Sort = tuple[tuple[str, int], ...]


@final
@dataclass(frozen=True, slots=True)
class Plan:
    """`index` None: the `_id` of the documents themselves; no `ranges`: nothing can match.

    `ordered`: the rows come as the sort wants them, backwards if `backward`.
    """

    table: Table
    index: Index | None
    ranges: tuple[Range, ...]
    ordered: bool
    backward: bool = False
    whole: bool = False


@final
@dataclass(slots=True)
class _Bounds:
    """What a filter demands of one path in any case; each part alone holds all matches."""

    choices: list[bytes] | None = None
    low: bytes | None = None
    high: bytes | None = None


@final
@dataclass(frozen=True, slots=True)
class _Candidate:
    """`unique`: it holds at most one document for each choice."""

    plan: Plan
    equalities: int
    bounded: bool
    unique: bool = field(default=False)

    @property
    def rank(self) -> tuple[bool, int, bool, bool]:
        return self.unique, self.equalities, self.bounded, self.plan.ordered


def plan(table: Table, where: Filter, sort: Sequence[tuple[str, int]] | None) -> Plan:
    wanted = tuple(sort or ())
    demands: dict[str, _Bounds] = {}
    _collect(where, demands)
    best = _candidate(table, None, _ID, demands, wanted)
    for index in table.indexes:
        if index.keys[0][0] not in demands and not wanted:
            continue  # neither narrows nor orders
        candidate = _candidate(table, index, index.keys, demands, wanted)
        if candidate.rank > best.rank:
            best = candidate
    if best.equalities or best.bounded or (wanted and best.plan.ordered):
        return best.plan
    return Plan(table, None, (), ordered=not wanted, whole=True)


def unique_entry(table: Table, where: Filter) -> tuple[Index, bytes] | None:
    """Where a filter demands equality of a unique field: its index, and the one key in it."""
    for index in table.indexes:
        path, direction = index.keys[0]
        if index.unique and len(index.keys) == 1 and path in where:
            wanted = where[path]
            if not isinstance(wanted, dict):
                return index, key_of(wanted) if direction > 0 else complement(key_of(wanted))
    return None


def _collect(where: Filter, demands: dict[str, _Bounds]) -> None:
    for path, wanted in where.items():
        if path == "$and":
            for branch in wanted:
                _collect(branch, demands)
        elif path != "$or":
            bounds = demands.setdefault(path, _Bounds())
            for operator, operand in (wanted if isinstance(wanted, dict) else {"": wanted}).items():
                _demand(bounds, operator, operand)


def _demand(bounds: _Bounds, operator: str, operand: Any) -> None:
    """A later demand on the same path replaces an earlier one: each alone holds all matches."""
    if operator == "":
        bounds.choices = [key_of(operand)]
    elif operator == "$in" and (bounds.choices is None or len(bounds.choices) > 1):
        bounds.choices = sorted({key_of(choice) for choice in operand})
    elif operator in ("$gt", "$gte"):
        bounds.low = key_of(operand)
    elif operator in ("$lt", "$lte"):
        bounds.high = key_of(operand)
    elif operator == "$regex" and bounds.low is None and bounds.high is None:
        bounds.low = bounds.high = text_prefix(prefix_of(operand))


def _candidate(
    table: Table, index: Index | None, keys: _Sort, demands: dict[str, _Bounds], sort: _Sort
) -> _Candidate:
    multikey = index is not None and index.multikey
    prefix, equalities = b"", 0
    while equalities < len(keys):
        path, direction = keys[equalities]
        bounds = demands.get(path)
        if bounds is None or bounds.choices is None or len(bounds.choices) != 1:
            break
        prefix += bounds.choices[0] if direction > 0 else complement(bounds.choices[0])
        equalities += 1
    ranges: tuple[Range, ...] = (_from(prefix),)
    bounded = False
    if equalities < len(keys) and keys[equalities][0] in demands:
        path, direction = keys[equalities]
        ranges, bounded = _ranges(prefix, demands[path], direction, multikey=multikey)
    follows = _follows(keys, equalities, sort)
    ordered = not sort or (follows != 0 and not multikey and len(ranges) <= 1)
    chosen = equalities + (equalities < len(keys) and _has_choices(demands, keys[equalities][0]))
    unique = chosen == len(keys) and (index is None or index.unique)
    made = Plan(table, index, ranges, ordered, backward=bool(sort) and follows < 0)
    return _Candidate(made, equalities, bounded, unique)


def _has_choices(demands: dict[str, _Bounds], path: str) -> bool:
    return path in demands and demands[path].choices is not None


def _ranges(
    prefix: bytes, bounds: _Bounds, direction: int, *, multikey: bool
) -> tuple[tuple[Range, ...], bool]:
    if bounds.choices is not None:
        keys = [key if direction > 0 else complement(key) for key in bounds.choices]
        return tuple(_from(prefix + key) for key in keys), True
    low, high = bounds.low, bounds.high
    if low is None and high is None:
        return (_from(prefix),), False
    if multikey and low is not None and high is not None:
        high = None  # another element of the list may satisfy it
    kind = (low or high or b"")[:1]
    low, high = low or kind, high or kind
    if direction < 0:
        low, high = complement(high), complement(low)
    return ((prefix + low, _after(prefix + high)),), True


def _from(prefix: bytes) -> Range:
    return prefix, _after(prefix)


def _after(prefix: bytes) -> bytes:
    """The least key above all that begin so."""
    kept = prefix.rstrip(b"\xff")
    return kept[:-1] + bytes((kept[-1] + 1,)) if kept else b"\xff"


def _follows(keys: _Sort, equalities: int, sort: _Sort) -> int:
    """1 or -1: the index after its fixed fields is in the order of the sort, or in its reverse."""
    if not sort:
        return 1
    fixed = {path for path, _ in keys[:equalities]}
    wanted = [(path, direction) for path, direction in sort if path not in fixed]
    if sort[-1][0] != "_id":
        wanted.append(("_id", sort[-1][1]))  # so are ties broken everywhere
    rest = list(keys[equalities:])
    if ("_id", 1) not in keys:
        rest.append(("_id", 1))  # so are entries of equal keys ordered
    if wanted == rest[: len(wanted)]:
        return 1
    return -1 if wanted == [(path, -direction) for path, direction in rest[: len(wanted)]] else 0
