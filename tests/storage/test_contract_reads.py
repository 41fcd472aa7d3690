"""What every backend answers to filters, sorts and projections."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from bson import ObjectId

from common.storage.protocol import Collection, Database, Document
from tests.storage import backends

MOMENT = datetime(2026, 3, 1, 12, 30, 15, 123000, tzinfo=UTC)

PEOPLE: list[Document] = [
    {"_id": "anna", "age": 30, "city": "Riga", "tags": ["a", "b"], "home": {"floor": 2}},
    {"_id": "bela", "age": 25, "city": "Oslo", "tags": [], "home": {"floor": 5}},
    {"_id": "carl", "age": None, "city": "Riga", "tags": ["b"], "home": {}},
    {"_id": "dora", "city": "Oslo.", "tags": ["c"], "born": MOMENT},
    {"_id": "emil", "age": 41, "city": "riga", "tags": ["a", "c"], "vip": True},
]


INDEXES = {
    "plain": [],
    "up": [[("age", 1)], [("city", 1)], [("tags", 1)], [("home.floor", 1)], [("born", 1)]],
    "down": [[("age", -1)], [("city", -1)], [("tags", -1)], [("home.floor", -1)], [("vip", -1)]],
    "joined": [[("city", 1), ("age", -1)], [("tags", 1), ("age", 1)], [("age", -1), ("_id", 1)]],
}


@pytest.fixture(params=list(INDEXES))
def people(database: Database, request: pytest.FixtureRequest) -> Collection:
    """No index changes an answer; half of each are filled before, half by the inserts."""
    found = database["people"]
    indexes = INDEXES[request.param]
    for keys in indexes[::2]:
        found.create_index(keys)
    found.insert_many(PEOPLE)
    for keys in indexes[1::2]:
        found.create_index(keys)
    return found


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ({}, "anna bela carl dora emil"),
        ({"_id": "carl"}, "carl"),
        ({"_id": "nobody"}, ""),
        ({"city": "Riga"}, "anna carl"),
        ({"city": "Riga", "age": 30}, "anna"),
        ({"age": None}, "carl dora"),
        ({"age": {"$ne": None}}, "anna bela emil"),
        ({"age": {"$gt": 25}}, "anna emil"),
        ({"age": {"$gte": 25, "$lt": 41}}, "anna bela"),
        ({"age": {"$lte": 25}}, "bela"),
        ({"age": {"$lt": "zzz"}}, ""),
        ({"age": {"$in": [25, 41, 99]}}, "bela emil"),
        ({"age": {"$in": [None, 41]}}, "carl dora emil"),
        ({"age": {"$in": []}}, ""),
        ({"age": {"$nin": [25, None]}}, "anna emil"),
        ({"age": {"$exists": True}}, "anna bela carl emil"),
        ({"age": {"$exists": False}}, "dora"),
        ({"tags": "a"}, "anna emil"),
        ({"tags": {"$ne": "b"}}, "bela dora emil"),
        ({"tags": {"$in": ["c", "x"]}}, "dora emil"),
        ({"tags": {"$nin": ["a", "b"]}}, "bela dora"),
        ({"tags": {"$gt": "b"}}, "dora emil"),
        ({"tags": {"$gt": "a", "$lt": "b"}}, "anna emil"),
        ({"tags": {"$gt": "b", "$lt": "b"}}, "emil"),
        ({"home.floor": 5}, "bela"),
        ({"home.floor": {"$gt": 1}}, "anna bela"),
        ({"home.floor": {"$exists": False}}, "carl dora emil"),
        ({"home.floor": None}, "carl dora emil"),
        ({"city": {"$regex": "^Ri"}}, "anna carl"),
        ({"city": {"$regex": r"^Oslo\."}}, "dora"),
        ({"born": MOMENT}, "dora"),
        ({"born": {"$gte": MOMENT, "$lt": MOMENT + timedelta(milliseconds=1)}}, "dora"),
        ({"vip": True}, "emil"),
        ({"vip": {"$ne": True}}, "anna bela carl dora"),
        ({"$or": [{"age": 25}, {"city": "riga"}]}, "bela emil"),
        ({"$and": [{"tags": "a"}, {"tags": "b"}]}, "anna"),
        ({"city": "Riga", "$or": [{"age": 30}, {"age": 31}]}, "anna"),
        ({"$and": [{"age": {"$gt": 20}}, {"age": {"$lt": 35}}]}, "anna bela"),
    ],
)
def test_a_filter_finds_exactly_its_documents(
    people: Collection, where: Document, expected: str, request: pytest.FixtureRequest
) -> None:
    bounds = where.get("tags")
    if "-secantus-" in request.node.callspec.id and isinstance(bounds, dict) and len(bounds) > 1:
        pytest.skip(backends.JOINS_BOUNDS)
    found = {document["_id"] for document in people.find(where)}

    assert found == set(expected.split())
    assert people.count_documents(where) == len(expected.split())


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ([("age", 1), ("_id", 1)], "carl dora bela anna emil"),
        ([("age", -1), ("_id", 1)], "emil anna bela carl dora"),
        ([("age", -1), ("_id", -1)], "emil anna bela dora carl"),
        ([("city", 1), ("age", -1), ("_id", 1)], "bela dora anna carl emil"),
        ([("home.floor", -1), ("_id", 1)], "bela anna carl dora emil"),
        ([("_id", -1)], "emil dora carl bela anna"),
        ([("tags", 1), ("_id", 1)], "bela anna emil carl dora"),
        ([("tags", -1), ("_id", 1)], "dora emil anna carl bela"),
    ],
)
def test_a_sort_orders_as_mongodb_does(
    people: Collection, sort: list[tuple[str, int]], expected: str, request: pytest.FixtureRequest
) -> None:
    if "mongomock" in request.node.callspec.id and sort[0][0] == "tags":
        pytest.skip("mongomock sorts lists as wholes")

    assert [document["_id"] for document in people.find({}, sort=sort)] == expected.split()
    first = people.find_one({}, sort=sort)
    assert first is not None
    assert first["_id"] == expected.split(maxsplit=1)[0]


def test_a_list_sorts_by_all_its_elements_whatever_the_filter_asks(
    people: Collection, request: pytest.FixtureRequest
) -> None:
    if "mongomock" in request.node.callspec.id:
        pytest.skip("mongomock sorts lists as wholes")

    found = people.find({"tags": {"$gte": "b"}}, sort=[("tags", 1), ("_id", 1)])

    assert [document["_id"] for document in found] == ["anna", "emil", "carl", "dora"]


def test_skip_and_limit_cut_the_sorted_answer(people: Collection) -> None:
    def page(skip: int, limit: int) -> list[str]:
        found = people.find({}, sort=[("_id", 1)], skip=skip, limit=limit)
        return [document["_id"] for document in found]

    assert page(1, 2) == ["bela", "carl"]
    assert page(4, 2) == ["emil"]
    assert page(9, 2) == []
    assert page(3, 0) == ["dora", "emil"]


@pytest.mark.parametrize(
    ("projection", "expected"),
    [
        (["age", "home.floor"], {"_id": "anna", "age": 30, "home": {"floor": 2}}),
        ({"city": 1, "none": True}, {"_id": "anna", "city": "Riga"}),
        (["home.none"], {"_id": "anna", "home": {}}),
        (["_id"], {"_id": "anna"}),
        (["age.floor"], {"_id": "anna"}),
        (None, PEOPLE[0]),
    ],
)
def test_a_projection_includes_what_it_names(
    people: Collection, projection: Any, expected: Document
) -> None:
    assert people.find_one({"_id": "anna"}, projection) == expected
    assert next(people.find({"_id": "anna"}, projection)) == expected


def test_distinct_takes_each_value_once_and_lists_apart(people: Collection) -> None:
    assert sorted(people.distinct("city")) == ["Oslo", "Oslo.", "Riga", "riga"]
    assert sorted(people.distinct("tags")) == ["a", "b", "c"]
    assert sorted(people.distinct("tags", {"city": "Riga"})) == ["a", "b"]
    assert people.distinct("none") == []


def test_values_come_back_as_they_went_in(things: Collection) -> None:
    document = {
        "_id": ObjectId(),
        "none": None,
        "yes": True,
        "small": -7,
        "large": 2**63 - 1,
        "least": -(2**63),
        "text": "Ünï\0cøde ж 🚀",
        "moment": MOMENT,
        "early": datetime(1901, 1, 1, tzinfo=UTC),
        "bytes": b"\0\xff",
        "list": [1, "a", None, True, MOMENT],
        "deep": {"a": {"b": [b"x"]}, "empty": {}},
    }
    things.insert_one(document)

    found = things.find_one({"_id": document["_id"]})

    assert found == document
    assert found is not None
    assert found["yes"] is True
    assert found["moment"].utcoffset() == timedelta()


def test_moments_are_utc_cut_to_milliseconds_in_filters_too(things: Collection) -> None:
    local = datetime(2026, 3, 1, 15, 30, 15, 123999, tzinfo=timezone(timedelta(hours=3)))
    things.insert_one({"_id": "x", "at": local})

    assert things.find_one({"at": local}) == {"_id": "x", "at": MOMENT}
    assert things.count_documents({"at": {"$gt": local}}) == 0


def test_true_is_not_one(things: Collection, request: pytest.FixtureRequest) -> None:
    if "mongomock" in request.node.callspec.id:
        pytest.skip("mongomock takes True for 1")
    things.insert_many([{"_id": "bool", "x": True}, {"_id": "int", "x": 1}])

    assert [document["_id"] for document in things.find({"x": 1})] == ["int"]
    assert [document["_id"] for document in things.find({"x": True})] == ["bool"]


def test_a_missing_collection_is_an_empty_one(database: Database) -> None:
    nothing = database.collection("nothing")

    assert nothing.find_one({"a": 1}) is None
    assert list(nothing.find({})) == []
    assert nothing.count_documents({}) == 0
    assert nothing.distinct("a") == []
    assert nothing.delete_many({}).deleted_count == 0


def test_a_database_that_is_there_answers_a_ping(database: Database) -> None:
    database.ping()
