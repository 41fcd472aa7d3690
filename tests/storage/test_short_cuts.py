"""What the embedded client finds the short way is what it would find the long way."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import pytest
from bson import ObjectId
from bson.int64 import Int64

from common.storage.checked import CheckedCollection
from common.storage.embedded.collection import EmbeddedCollection
from common.storage.embedded.planner import plan
from common.storage.protocol import Collection, Database, Document, Refused

_NOW = datetime(2026, 1, 1, tzinfo=UTC)
_OBJECT_ID = ObjectId(b"one of them.")
_VALUES: list[Any] = [
    None, True, False, 0, 1, Int64(7), -1, 2**63 - 1, "", "1", "x", b"x", _OBJECT_ID,
    ObjectId(b"nobody's id."), _NOW,
]  # fmt: skip


class Word(StrEnum):
    SUB = "sub"
    N = "n"


@pytest.fixture
def things(embedded: Database) -> Collection:
    return embedded["things"]


@pytest.mark.parametrize("wanted", _VALUES, ids=repr)
def test_equality_of_the_id_finds_what_a_walk_over_all_would(
    things: Collection, wanted: Any
) -> None:
    things.insert_many([{"_id": it, "n": 1} for it in (0, 1, 7, -1, 2**63 - 1, "", "1", "x")])
    things.insert_one({"_id": _OBJECT_ID, "n": 1})
    everything = list(things.find({}))

    same = [it for it in everything if type(wanted) is not bool and it["_id"] == wanted]
    expected = same[0] if same else None
    assert things.find_one({"_id": wanted}) == expected
    assert things.find_one({"$and": [{"_id": wanted}]}) == expected
    assert things.find_one({"_id": wanted}, sort=[("n", 1)]) == expected
    changed = things.find_one_and_update({"_id": wanted}, {"$inc": {"n": 1}})
    assert changed == (None if expected is None else {**expected, "n": 2})
    assert things.delete_one({"_id": wanted}).deleted_count == len(same)
    assert things.count_documents({}) == len(everything) - len(same)


def test_what_else_the_filter_says_beside_the_id_still_decides(things: Collection) -> None:
    things.insert_many([{"_id": 1, "n": 1, "tags": ["a"]}, {"_id": 2, "n": 2, "tags": []}])

    for more in ({"n": 2}, {"tags": {"$ne": "a"}}, {"$or": [{"n": 2}, {"_id": 2}]}):
        assert things.find_one({"_id": 1, **more}) is None
        assert things.find_one_and_update({"_id": 1, **more}, {"$set": {"n": 9}}) is None
        assert things.update_one({"_id": 1, **more}, {"$set": {"n": 9}}).matched_count == 0
        assert things.delete_one({"_id": 1, **more}).deleted_count == 0
        assert things.find_one({"_id": 2, **more}) is not None
    for operators in ({"$in": [2]}, {"$ne": 1}, {"$gt": 1}, {"$exists": True, "$nin": [1]}):
        assert things.find_one({"_id": operators}, ["n"]) == {"_id": 2, "n": 2}
    assert things.find_one({"_id": 1}, ["tags"]) == {"_id": 1, "tags": ["a"]}
    with pytest.raises(Refused):
        things.find_one({"_id": 1, "tags.x": 1})
    with pytest.raises(Refused):
        things.find_one({"_id": 1}, sort=[("tags.x", 1)])


@pytest.mark.parametrize("direction", [1, -1])
@pytest.mark.parametrize("wanted", _VALUES, ids=repr)
def test_equality_of_a_unique_field_finds_what_a_walk_over_all_would(
    embedded: Database, wanted: Any, direction: int
) -> None:
    documents: list[Document] = [
        *({"_id": number, "key": value} for number, value in enumerate([0, 1, 7, "", "1", b"x"])),
        {"_id": "absent"},
        {"_id": "list", "key": ["x", True, _NOW]},
        {"_id": "empty", "key": []},
    ]
    for name in ("plain", "indexed"):
        embedded[name].insert_many(documents)
    embedded["indexed"].create_index([("key", direction)], unique=True)

    for where in ({"key": wanted}, {"key": wanted, "_id": {"$gte": 1}}, {"key": {"$in": [wanted]}}):
        found = [list(embedded[name].find(where)) for name in ("plain", "indexed")]
        assert found[0] == found[1]
        assert embedded["indexed"].find_one(where) == (found[0][0] if found[0] else None)


def test_the_answer_to_an_update_is_nobody_elses(things: Collection) -> None:
    things.insert_one({"_id": 1})
    given: Document = {"list": [1], "sub": {"deep": {"x": 1}}}

    answer = things.find_one_and_update({"_id": 1}, {"$set": given})
    assert answer is not None
    answer["list"].append(2)
    answer["sub"]["deep"]["x"] = 2

    assert given == {"list": [1], "sub": {"deep": {"x": 1}}}
    assert things.find_one({"_id": 1}) == {"_id": 1, **given}


def test_names_and_values_come_through_the_wall_as_plain_strings(things: Collection) -> None:
    things.insert_one({"_id": Word.N, Word.SUB: {Word.N: Word.N, "имя": "ж", "a b": 1, "0": 0}})
    things.update_one({Word.SUB: {"$ne": None}}, {"$set": {Word.N: Word.SUB, "имя.ж": 1}})

    found = things.find_one({"_id": "n"}, [Word.SUB, "n", "имя"])

    assert found == {
        "_id": "n", "sub": {"n": "n", "имя": "ж", "a b": 1, "0": 0}, "n": "sub", "имя": {"ж": 1},
    }  # fmt: skip
    answer = things.find_one_and_update({"_id": "n"}, {"$set": {"new": {Word.N: Word.SUB}}})
    assert answer is not None
    assert [(type(key), type(value)) for key, value in answer["new"].items()] == [(str, str)]
    for path in ("sub.0", "0", "a\ud800", "sub.\ud800", "$n", "sub.$n", "sub.", "a\0", "sub.a\0"):
        with pytest.raises(Refused):
            things.find_one({path: 1})
        with pytest.raises(Refused):
            things.update_one({"_id": "n"}, {"$set": {path: 1}})
    for name in ("a\ud800", "$n", "sub.n", "a\0", ""):
        with pytest.raises(Refused):
            things.insert_one({"sub": {name: 1}})


def test_ids_that_are_listed_are_looked_up_whichever_indexes_there_are(things: Collection) -> None:
    """An index of a field that nearly nobody has holds nearly everybody."""
    things.create_index([("withheld", 1)])
    things.insert_many([{"_id": number} for number in range(9)])
    assert isinstance(things, CheckedCollection)
    assert isinstance(things.raw, EmbeddedCollection)

    for where in ({"_id": {"$in": [7, 2, 99]}, "withheld": None}, {"_id": 2, "withheld": None}):
        with things.raw.sessions.reading() as session:
            chosen = plan(session.tables["things"], where, None)
        assert chosen.index is None
        assert len(chosen.ranges) <= 3
    found = things.find({"_id": {"$in": [7, 2, 99]}, "withheld": None})
    assert sorted(it["_id"] for it in found) == [2, 7]
