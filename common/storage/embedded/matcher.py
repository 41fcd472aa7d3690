"""A filter as a predicate over documents; an index only proposes, this decides."""

from collections.abc import Callable
from typing import Any

from common.storage.embedded.keys import key_of
from common.storage.embedded.paths import MISSING, keys_to_match, value_at
from common.storage.protocol import Document, Filter
from common.storage.subset.filters import prefix_of

Predicate = Callable[[Document], bool]
_KeyTest = Callable[[bytes], bool]


def predicate_of(where: Filter) -> Predicate:
    terms = [term for key, wanted in where.items() for term in _terms(key, wanted)]
    if len(terms) == 1:
        return terms[0]
    return lambda document: all(term(document) for term in terms)


def _terms(key: str, wanted: Any) -> list[Predicate]:
    if key == "$and":
        return [predicate_of(branch) for branch in wanted]
    if key == "$or":
        branches = [predicate_of(branch) for branch in wanted]
        return [lambda document: any(branch(document) for branch in branches)]
    if isinstance(wanted, dict):
        return [_OPERATORS[name](key, operand) for name, operand in wanted.items()]
    return [_equal(key, wanted)]


def _any_key(path: str, test: _KeyTest) -> Predicate:
    return lambda document: any(test(key) for key in keys_to_match(document, path))


def _equal(path: str, operand: Any) -> Predicate:
    wanted = key_of(operand)
    return lambda document: wanted in keys_to_match(document, path)


def _different(path: str, operand: Any) -> Predicate:
    unwanted = key_of(operand)
    return lambda document: unwanted not in keys_to_match(document, path)


def _among(path: str, operand: list[Any]) -> Predicate:
    wanted = {key_of(choice) for choice in operand}
    return lambda document: not wanted.isdisjoint(keys_to_match(document, path))


def _not_among(path: str, operand: list[Any]) -> Predicate:
    among = _among(path, operand)
    return lambda document: not among(document)


def _exists(path: str, operand: bool) -> Predicate:  # noqa: FBT001 -- the operand of $exists
    return lambda document: (value_at(document, path) is not MISSING) is operand


def _begins(path: str, operand: str) -> Predicate:
    prefix = prefix_of(operand)

    def begins(document: Document) -> bool:
        found = value_at(document, path)
        texts = found if isinstance(found, list) else [found]
        return any(isinstance(text, str) and text.startswith(prefix) for text in texts)

    return begins


def _ordered(compare: Callable[[bytes, bytes], bool]) -> Callable[[str, Any], Predicate]:
    def operator(path: str, operand: Any) -> Predicate:
        bound = key_of(operand)
        kind = bound[0]  # values of another type are neither above nor below
        return _any_key(path, lambda key: key[0] == kind and compare(key, bound))

    return operator


_OPERATORS: dict[str, Callable[[str, Any], Predicate]] = {
    "$gt": _ordered(lambda key, bound: key > bound),
    "$gte": _ordered(lambda key, bound: key >= bound),
    "$lt": _ordered(lambda key, bound: key < bound),
    "$lte": _ordered(lambda key, bound: key <= bound),
    "$ne": _different,
    "$in": _among,
    "$nin": _not_among,
    "$exists": _exists,
    "$regex": _begins,
}
