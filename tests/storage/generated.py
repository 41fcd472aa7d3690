"""Typed documents, filters and updates of the subset, small enough to meet each other."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from common.storage.protocol import Document

_START = datetime(2026, 1, 1, tzinfo=UTC)
_FEW: dict[str, st.SearchStrategy[Any]] = {
    "number": st.integers(-2, 3),
    "name": st.sampled_from(["", "a", "ab", "b", "\0", "ж"]),
    "at": st.integers(0, 4).map(lambda n: _START + timedelta(milliseconds=n)),
    "tags": st.sampled_from(["x", "y", "z"]),
    "sub.n": st.integers(0, 3),
}
PATHS = sorted(_FEW)
IDS = st.sampled_from("abcdefgh")

documents = st.fixed_dictionaries(
    {},
    optional={
        "number": _FEW["number"] | st.none(),
        "name": _FEW["name"],
        "at": _FEW["at"] | st.none(),
        "tags": st.lists(_FEW["tags"], max_size=3),
        "sub": st.fixed_dictionaries({}, optional={"n": _FEW["sub.n"]}),
    },
)


def _term(path: str) -> st.SearchStrategy[Document]:
    value = _FEW[path]
    bounds = st.dictionaries(st.sampled_from(["$gt", "$gte", "$lt", "$lte"]), value, min_size=1)
    wanted = st.one_of(
        value,
        st.none(),
        bounds,
        st.fixed_dictionaries({"$in": st.lists(value | st.none(), max_size=3)}),
        st.fixed_dictionaries({"$nin": st.lists(value, max_size=2)}),
        st.fixed_dictionaries({"$ne": value | st.none()}),
        st.fixed_dictionaries({"$exists": st.booleans()}),
    )
    if path == "name":
        wanted |= st.sampled_from(["^", "^a", "^ж", r"^ab"]).map(lambda text: {"$regex": text})
    return wanted.map(lambda operand: {path: operand})


_by_id = st.one_of(
    IDS.map(lambda one: {"_id": one}),
    st.lists(IDS, max_size=3).map(lambda some: {"_id": {"$in": some}}),
    IDS.map(lambda one: {"_id": {"$gt": one}}),
)
_one = st.sampled_from(PATHS).flatmap(_term)
_flat = st.lists(st.one_of(_one, _one, _one, _by_id), max_size=2).map(
    lambda terms: {k: v for t in terms for k, v in t.items()}
)
filters = _flat | st.one_of(
    st.lists(_flat, min_size=1, max_size=2).map(lambda some: {"$or": some}),
    st.lists(_flat, min_size=1, max_size=2).map(lambda some: {"$and": some}),
    st.tuples(_flat, st.lists(_flat, min_size=1, max_size=2)).map(lambda p: {**p[0], "$or": p[1]}),
)

_directions = st.sampled_from([1, -1])
sorts = st.lists(
    st.tuples(st.sampled_from([*(path for path in PATHS if path != "tags"), "_id"]), _directions),
    unique_by=lambda pair: pair[0],
    max_size=3,
).map(lambda pairs: pairs if any(path == "_id" for path, _ in pairs) else [*pairs, ("_id", 1)])
indexes = st.lists(
    st.tuples(st.sampled_from(PATHS), _directions),
    unique_by=lambda pair: pair[0],
    min_size=1,
    max_size=3,
)

updates = st.one_of(
    st.fixed_dictionaries({"number": _FEW["number"] | st.none()}).map(lambda v: {"$set": v}),
    st.fixed_dictionaries({"sub.n": _FEW["sub.n"]}).map(lambda v: {"$set": v}),
    st.fixed_dictionaries({"tags": st.lists(_FEW["tags"], max_size=2)}).map(lambda v: {"$set": v}),
    st.sampled_from(PATHS).map(lambda path: {"$unset": {path: ""}}),
    st.fixed_dictionaries({"sub.n": st.integers(-2, 2)}).map(lambda v: {"$inc": v}),
    st.fixed_dictionaries({"count": st.integers(-2, 2)}).map(lambda v: {"$inc": v}),
    st.tuples(st.sampled_from(["$min", "$max"]), _FEW["at"]).map(lambda p: {p[0]: {"at": p[1]}}),
    st.tuples(st.sampled_from(["$push", "$addToSet", "$pull"]), _FEW["tags"]).map(
        lambda p: {p[0]: {"tags": p[1]}}
    ),
    st.tuples(_FEW["name"], _FEW["tags"]).map(
        lambda p: {"$set": {"name": p[0]}, "$addToSet": {"tags": p[1]}, "$inc": {"count": 1}}
    ),
)
