"""Typed keys sort as MongoDB sorts, and can be joined."""

from datetime import UTC, datetime, timedelta
from typing import Any

from bson import ObjectId
from hypothesis import given
from hypothesis import strategies as st

from common.storage.embedded.keys import complement, key_of

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOMENTS = st.integers(-(10**13), 10**14).map(lambda ms: _EPOCH + timedelta(milliseconds=ms))
_ORDERED: list[st.SearchStrategy[Any]] = [
    st.integers(-(2**63), 2**63 - 1),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    st.booleans(),
    _MOMENTS,
    st.binary(min_size=12, max_size=12).map(ObjectId),
]
_PAIRS = st.one_of([st.tuples(kind, kind) for kind in _ORDERED])
_SCALARS = st.one_of([*_ORDERED, st.none(), st.binary(max_size=5)])


@given(_PAIRS)
def test_keys_of_one_type_sort_as_their_values(pair: tuple[Any, Any]) -> None:
    one, other = pair
    # MongoDB compares strings by their UTF-8
    left, right = (v.encode() if isinstance(v, str) else v for v in pair)

    assert (key_of(one) < key_of(other)) == (left < right)
    assert (key_of(one) == key_of(other)) == (left == right)
    assert (complement(key_of(one)) < complement(key_of(other))) == (left > right)


def test_keys_of_different_types_sort_in_mongodbs_order() -> None:
    values = [None, -5, 5, "", "z", {"a": 1}, b"a", ObjectId(), False, True, _EPOCH]

    assert sorted(values, key=key_of) == values


@given(st.lists(_SCALARS, min_size=1, max_size=3), st.lists(_SCALARS, min_size=1, max_size=3))
def test_joined_keys_are_equal_only_for_equal_values(one: list[Any], other: list[Any]) -> None:
    typed_one = [(type(value), value) for value in one]
    typed_other = [(type(value), value) for value in other]

    joined_one, joined_other = b"".join(map(key_of, one)), b"".join(map(key_of, other))

    assert (joined_one == joined_other) == (typed_one == typed_other)


@given(_SCALARS, _SCALARS)
def test_no_key_is_the_beginning_of_another(one: Any, other: Any) -> None:
    keys = key_of(one), key_of(other)

    assert keys[0] == keys[1] or not keys[1].startswith(keys[0])


@given(_SCALARS)
def test_no_key_begins_where_a_range_ends(value: Any) -> None:
    assert key_of(value)[0] not in (0x00, 0xFF)
