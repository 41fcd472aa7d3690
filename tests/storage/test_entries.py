"""Every document has exactly its entries in every index, whatever happened to it."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.storage.embedded import maintenance
from common.storage.protocol import Database, Document, DuplicateKeyError, Refused
from tests.storage import generated
from tests.support.storage import raw_of


def _assert_whole(database: Database) -> None:
    """Every document has exactly its entries in every index."""
    assert maintenance.verify(raw_of(database).sessions).problems == []


def _key_pattern(error: DuplicateKeyError) -> Any:
    assert error.details is not None
    return error.details["keyPattern"]


_values = generated.documents.map(lambda it: it.get("number"))
_changes = st.one_of(
    generated.updates,
    st.sampled_from(["sub", "sub.n", "number", "tags", "at"]).map(lambda p: {"$unset": {p: ""}}),
    generated.documents.filter(bool).map(lambda fields: {"$set": fields}),
    st.tuples(_values, st.integers(0, 3)).map(
        lambda p: {"$set": {"number": p[0], "name": "n", "sub.n": p[1]}}
    ),
)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    keys=st.lists(generated.indexes, min_size=2, max_size=5),
    stored=st.lists(generated.documents, min_size=3, max_size=8),
    changes=st.lists(st.tuples(generated.IDS, _changes), min_size=5, max_size=20),
)
def test_every_index_has_exactly_its_entries_after_any_updates(
    embedded: Database,
    keys: list[list[tuple[str, int]]],
    stored: list[Document],
    changes: list[tuple[str, Document]],
) -> None:
    """An update looks only at the indexes that begin with a field that it names."""
    things = embedded["things"]
    things.delete_many({})
    things.insert_many(
        {"_id": it, **fields} for it, fields in zip("abcdefgh", stored, strict=False)
    )
    for index in [*keys, [("tags", 1), ("_id", 1)], [("sub.n", -1), ("name", 1)]]:
        things.create_index(index)

    for identity, change in changes:
        answer = things.find_one_and_update({"_id": identity}, change)
        assert answer == things.find_one({"_id": identity})

    _assert_whole(embedded)


def test_what_lies_beneath_an_indexed_field_changes_with_it(embedded: Database) -> None:
    things = embedded["things"]
    for keys in ([("sub.n", 1)], [("sub", 1)], [("other", 1), ("sub.deep.x", -1)]):
        things.create_index(keys)
    things.insert_one({"_id": 1, "sub": {"n": 1, "deep": {"x": 1}}, "subject": 1})

    for change, where in (
        ({"$set": {"sub.n": 2}}, {"sub.n": 2}),
        ({"$inc": {"sub.deep.x": 4}}, {"other": None, "sub.deep.x": 5}),
        ({"$set": {"sub": {"n": True}}}, {"sub.n": True}),
        ({"$set": {"sub": {"n": 1}}}, {"sub.n": 1}),  # equal in Python, and not the same
        ({"$push": {"sub.n2": 1}}, {"sub.n": 1}),
        ({"$unset": {"sub.n": ""}}, {"sub.n": None}),
        ({"$unset": {"sub": ""}}, {"sub": None}),
        ({"$set": {"subject": 2}}, {"subject": 2}),
    ):
        things.update_one({"_id": 1}, change)
        assert things.count_documents(where) == 1
        _assert_whole(embedded)


def test_an_update_that_meets_a_taken_value_changes_nothing(embedded: Database) -> None:
    things = embedded["things"]
    things.create_index([("number", 1)])
    things.create_index([("sub.key", 1)], unique=True)
    before = [{"_id": n, "number": n, "sub": {"key": n}} for n in (1, 2)]
    things.insert_many(before)

    for change in ({"sub.key": 1}, {"sub": {"key": 1}}):
        with pytest.raises(DuplicateKeyError) as caught:
            things.update_many({"_id": 2}, {"$set": {**change, "number": 3}})
        assert _key_pattern(caught.value) == {"sub.key": 1}

    assert list(things.find({}, sort=[("_id", 1)])) == before
    _assert_whole(embedded)


def test_of_a_document_that_is_taken_nothing_stays_whatever_index_says_so(
    embedded: Database,
) -> None:
    things = embedded["things"]
    things.create_index([("tags", 1)])
    things.create_index([("number", 1)], unique=True)
    things.create_index([("name", -1)], unique=True)
    things.insert_one({"_id": 1, "number": 1, "name": "a", "tags": ["x", "y"]})

    for taken, pattern in (
        ({"_id": 1, "number": 1, "name": "a"}, {"_id": 1}),
        ({"_id": 3, "number": 1, "name": "a"}, {"number": 1}),
        ({"_id": 3, "number": 3, "name": "a"}, {"name": -1}),
        ({"_id": 3, "number": [3, 4, 1], "name": "c"}, {"number": 1}),
    ):
        later = {"_id": 4, "number": 4, "name": "d"}
        with pytest.raises(DuplicateKeyError) as caught:
            things.insert_many([{"_id": 2, "number": 2, "name": "b"}, {**taken, "tags": []}, later])
        assert _key_pattern(caught.value) == pattern
        assert sorted(it["_id"] for it in things.find({})) == [1, 2]
        _assert_whole(embedded)
        things.delete_one({"_id": 2})

    things.insert_one({"_id": 3, "number": 3, "name": "c"})
    assert things.find_one({"number": 3}) == {"_id": 3, "number": 3, "name": "c"}


def test_a_document_that_no_index_can_take_is_refused_whole(embedded: Database) -> None:
    things = embedded["things"]
    things.create_index([("tags", 1), ("more", 1)])
    things.insert_one({"_id": 1})
    two_lists = {"tags": [1, 2], "more": [1, 2]}

    with pytest.raises(Refused):
        things.insert_many([{"_id": 2}, {"_id": 3, **two_lists}])
    with pytest.raises(Refused):
        things.find_one_and_update({"_id": 4}, {"$set": two_lists}, upsert=True)
    with pytest.raises(DuplicateKeyError):
        things.insert_one({"_id": 1, **two_lists})

    assert list(things.find({})) == [{"_id": 1}]
    _assert_whole(embedded)


def test_an_update_puts_a_lost_entry_back(embedded: Database) -> None:
    things = embedded["things"]
    things.create_index([("number", 1)])
    things.insert_many([{"_id": n, "number": n} for n in range(3)])
    with raw_of(embedded).sessions.writing() as session:
        (index,) = session.tables["things"].indexes
        lose = f"DELETE FROM {index.entries} WHERE seq = 2"  # noqa: S608 -- a name of ours
        assert session.sql.execute(lose).rowcount == 1

    things.update_one({"_id": 1}, {"$inc": {"number": 10}})

    assert things.find_one({"number": 11}) == {"_id": 1, "number": 11}
    _assert_whole(embedded)
