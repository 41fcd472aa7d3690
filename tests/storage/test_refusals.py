"""Whatever is outside the subset is refused by every backend, before any data is touched."""

from datetime import datetime
from typing import Any

import pytest

from common.storage.connect import connect
from common.storage.protocol import Collection, Database, Refused

FILTERS: list[Any] = [
    {"a": {"$not": {"$gt": 1}}},
    {"$nor": [{"a": 1}]},
    {"a": {"$elemMatch": {"b": 1}}},
    {"$expr": {"$gt": ["$a", "$b"]}},
    {"$where": "true"},
    {"$text": {"$search": "x"}},
    {"a": {"$mod": [2, 0]}},
    {"a": {"$size": 2}},
    {"a": {"$all": [1]}},
    {"a": {"b": 1}},
    {"a": {"$gt": 1, "b": 1}},
    {"a": {}},
    {"a": [1]},
    {"a": {"$ne": [1]}},
    {"a": {"$in": "text"}},
    {"a": {"$in": [[1]]}},
    {"a": {"$gt": None}},
    {"a": {"$exists": 1}},
    {"a": {"$regex": "b"}},
    {"a": {"$regex": "^b.*"}},
    {"a": {"$regex": "^b|c"}},
    {"a": {"$regex": "^b", "$options": "i"}},
    {"a.0": 1},
    {"a.$": 1},
    {"a..b": 1},
    {"": 1},
    {1: 1},
    {"$and": []},
    {"$or": {"a": 1}},
    {"$or": [{"a": {"$size": 1}}]},
    {"a": 1.5},
    {"a": datetime(2026, 1, 1)},  # noqa: DTZ001 -- naive on purpose
    {"a": 2**63},
    {"a": 1j},
    "text",
    None,
]

UPDATES: list[Any] = [
    {},
    {"a": 1},
    [{"$set": {"a": 1}}],
    {"$set": {}},
    {"$set": {"_id": 2}},
    {"$set": {"a": 1}, "$inc": {"a": 1}},
    {"$set": {"a": 1, "a.b": 1}},
    {"$set": {"a.$": 1}},
    {"$set": {"a.$[]": 1}},
    {"$set": {"a.0": 1}},
    {"$set": {"a": 1.5}},
    {"$set": {"a": [{"b": 1}]}},
    {"$set": {"a": {"$b": 1}}},
    {"$set": {"a": {"b.c": 1}}},
    {"$inc": {"a": 1.5}},
    {"$inc": {"a": True}},
    {"$inc": {"a": 2**63}},
    {"$mul": {"a": 2}},
    {"$rename": {"a": "b"}},
    {"$currentDate": {"a": True}},
    {"$push": {"a": {"$each": [1]}}},
    {"$addToSet": {"a": {"$each": [1]}}},
    {"$pull": {"a": {"$gt": 1}}},
    {"$pullAll": {"a": [1]}},
    {"$pop": {"a": 1}},
    {"$bit": {"a": {"and": 1}}},
    {"$min": {"a": None}},
    {"$max": {"a": [1]}},
    None,
]

DOCUMENTS: list[Any] = [
    {"a": 1.5},
    {"a": float("nan")},
    {"a": 2**63},
    {"a": [{"b": 1}]},
    {"a": [[1]]},
    {"a": {1, 2}},
    {"a": datetime(2026, 1, 1)},  # noqa: DTZ001 -- naive on purpose
    {"a.b": 1},
    {"$a": 1},
    {"": 1},
    {"a\0": 1},
    {1: 1},
    {"a": "\ud800"},
    {"_id": None},
    {"_id": True},
    {"_id": {"a": 1}},
    {"_id": b"x"},
    "text",
]


@pytest.mark.parametrize("where", FILTERS, ids=repr)
def test_a_filter_outside_the_subset_is_refused(database: Database, where: Any) -> None:
    empty = database["empty"]
    for attempt in (
        empty.find_one,
        empty.find,
        empty.count_documents,
        empty.delete_many,
        lambda given: empty.update_one(given, {"$set": {"a": 1}}),
    ):
        with pytest.raises(Refused):
            attempt(where)


@pytest.mark.parametrize("update", UPDATES, ids=repr)
def test_an_update_outside_the_subset_is_refused(things: Collection, update: Any) -> None:
    things.insert_one({"_id": 1, "a": "as it was"})
    for attempt in (things.update_one, things.update_many, things.find_one_and_update):
        with pytest.raises(Refused):
            attempt({"_id": 1}, update)
    with pytest.raises(Refused):
        things.update_one({"_id": 7}, update, upsert=True)

    assert list(things.find({})) == [{"_id": 1, "a": "as it was"}]


@pytest.mark.parametrize("document", DOCUMENTS, ids=repr)
def test_a_document_outside_the_subset_is_refused(things: Collection, document: Any) -> None:
    with pytest.raises(Refused):
        things.insert_one(document)
    with pytest.raises(Refused):
        things.insert_many([{"_id": 1}, document])

    assert things.count_documents({}) == 0


@pytest.mark.parametrize(
    "where", [{}, {"a": 1}, {"_id": 1, "a": 1}, {"_id": {"$in": [1]}}, {"_id": None}], ids=repr
)
def test_an_upsert_by_anything_but_the_id_is_refused(things: Collection, where: Any) -> None:
    with pytest.raises(Refused):
        things.update_one(where, {"$set": {"b": 1}}, upsert=True)
    with pytest.raises(Refused):
        things.find_one_and_update(where, {"$set": {"b": 1}}, upsert=True)


@pytest.mark.parametrize(
    "options",
    [
        {"sort": "a"},
        {"sort": []},
        {"sort": [("a", 2)]},
        {"sort": [("a", "text")]},
        {"sort": [("a", 1), ("a", -1)]},
        {"skip": -1},
        {"limit": True},
        {"projection": {"a": 0}},
        {"projection": {"a": {"$slice": 1}}},
        {"projection": "a"},
        {"projection": ["a", "a.b"]},
        {"projection": ["a.$"]},
    ],
    ids=repr,
)
def test_an_option_outside_the_subset_is_refused(things: Collection, options: Any) -> None:
    with pytest.raises(Refused):
        things.find({}, **options)


@pytest.mark.parametrize("keys", ["a", [], [("a", "text")], [("a.0", 1)], [("a", 1), ("a", 1)]])
def test_an_index_outside_the_subset_is_refused(things: Collection, keys: Any) -> None:
    with pytest.raises(Refused):
        things.create_index(keys)


@pytest.mark.parametrize("name", ["", "Users", "system.users", "a-b", "a" * 64, "1a", "../x"])
def test_a_name_outside_the_subset_is_refused(database: Database, name: str) -> None:
    with pytest.raises(Refused):
        database[name]


@pytest.mark.parametrize(
    "url", ["", "redis://x", "embedded://relative/path", "embedded:", "embedded:///a?b=c"]
)
def test_an_unknown_url_is_a_value_error(url: str) -> None:
    with pytest.raises(ValueError, match="database"):
        connect(url, name="test_x")


@pytest.mark.parametrize("name", ["", "../x", "A"])
def test_a_database_name_that_is_no_file_name_is_refused(name: str) -> None:
    with pytest.raises(Refused):
        connect("embedded:///nowhere", name=name)
