"""`GET /v3/payments` and `/v3/refunds`: newest first, filtered, a page at a time."""

import operator
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol

from sandbox.payments.yookassa.errors import bad_request

_COMPARE: Mapping[str, Callable[[datetime, datetime], bool]] = {
    "gte": operator.ge,
    "gt": operator.gt,
    "lte": operator.le,
    "lt": operator.lt,
}
_LONGEST_PAGE = 100
_PAGE = 10


class Listed(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def created_at(self) -> datetime: ...
    def as_json(self) -> dict[str, Any]: ...


def page_of(items: list[Any], query: Mapping[str, str]) -> dict[str, Any]:
    """One page as the API shows it; raises YooKassaError 400 for a bad filter, limit or cursor."""
    limit = _limit(query.get("limit", str(_PAGE)))
    wanted = [item for item in items if all(test(item) for test in _tests(query))]
    start = _start(wanted, query.get("cursor"))
    shown = wanted[start : start + limit]
    page: dict[str, Any] = {"type": "list", "items": [item.as_json() for item in shown]}
    if start + limit < len(wanted):
        page["next_cursor"] = shown[-1].id
    return page


def _tests(query: Mapping[str, str]) -> list[Callable[[Listed], bool]]:
    tests: list[Callable[[Listed], bool]] = []
    for name, value in query.items():
        field, _, comparison = name.partition(".")
        if field in {"created_at", "captured_at"}:
            tests.append(_time_test(field, comparison, _moment(value, name)))
        elif name in {"status", "payment_id"}:
            tests.append(_value_test(name, value))
        elif name not in {"limit", "cursor"}:
            raise bad_request("Unknown parameter", name)
    return tests


def _value_test(name: str, value: str) -> Callable[[Listed], bool]:
    return lambda item: item.as_json().get(name) == value


def _time_test(field: str, comparison: str, bound: datetime) -> Callable[[Listed], bool]:
    if comparison not in _COMPARE:
        raise bad_request("Unknown comparison", f"{field}.{comparison}")
    compare = _COMPARE[comparison]

    def test(item: Listed) -> bool:
        at = getattr(item, field, None)
        return at is not None and compare(at, bound)

    return test


def _moment(value: str, name: str) -> datetime:
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        raise bad_request("Not an ISO 8601 time", name) from None
    if at.tzinfo is None:
        raise bad_request("A time without a zone", name)
    return at


def _limit(value: str) -> int:
    if not value.isdecimal() or not 1 <= int(value) <= _LONGEST_PAGE:
        raise bad_request("limit must be 1..100", "limit")
    return int(value)


def _start(items: list[Any], cursor: str | None) -> int:
    if cursor is None:
        return 0
    for place, item in enumerate(items):
        if item.id == cursor:
            return place + 1
    raise bad_request("Unknown cursor", "cursor")
