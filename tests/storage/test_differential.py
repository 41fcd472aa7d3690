"""The embedded client against other clients, and against itself without indexes."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.storage.connect import connect
from common.storage.protocol import Collection, Database, Document, DuplicateKeyError
from tests.storage import backends, generated
from tests.support.storage import mongomock_database

Operation = Callable[[Collection], Any]
_RUNS = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def _found(where: Document, sort: list[tuple[str, int]], skip: int, limit: int) -> Operation:
    return lambda things: list(things.find(where, sort=sort, skip=skip, limit=limit))


def _unsorted(where: Document) -> Operation:
    return lambda things: sorted(document["_id"] for document in things.find(where))


def _inserted(identity: str, document: Document) -> Operation:
    def insert(things: Collection) -> object:
        try:
            return things.insert_one({"_id": identity, **document}).inserted_id
        except DuplicateKeyError:
            return "duplicate"

    return insert


def _claimed(where: Document, sort: list[tuple[str, int]]) -> Operation:
    change = {"$inc": {"claims": 1}, "$set": {"number": 3}}
    return lambda things: things.find_one_and_update(where, change, sort=sort)


_sizes = st.integers(0, 3)
_operations: st.SearchStrategy[Operation] = st.one_of(
    st.builds(_inserted, generated.IDS, generated.documents),
    st.builds(_found, generated.filters, generated.sorts, _sizes, _sizes),
    st.builds(_unsorted, generated.filters),
    generated.filters.map(lambda where: lambda things: things.count_documents(where)),
    st.builds(_claimed, generated.filters, generated.sorts),
    st.tuples(generated.IDS, generated.updates).map(
        lambda p: lambda things: things.update_one({"_id": p[0]}, p[1], upsert=True)
    ),
    st.tuples(generated.filters, generated.updates).map(
        lambda p: lambda things: things.update_many(p[0], p[1])
    ),
    generated.filters.map(lambda where: lambda things: things.delete_many(where)),
)
_indexing: st.SearchStrategy[Operation] = generated.indexes.map(
    lambda keys: lambda things: things.create_index(keys)
)
_SERVERS = [kind for kind in backends.SHARED if kind != "embedded"]


def _both(one: Collection, other: Collection, operations: list[Operation]) -> None:
    for operation in operations:
        assert operation(one) == operation(other)
        everything = [list(things.find({}, sort=[("_id", 1)])) for things in (one, other)]
        assert everything[0] == everything[1]


@_RUNS
@given(operations=st.lists(_operations | _indexing, min_size=5, max_size=25))
def test_the_embedded_client_answers_as_mongomock(
    embedded: Database, operations: list[Operation]
) -> None:
    embedded["things"].delete_many({})

    _both(embedded["things"], mongomock_database()["things"], operations)


@pytest.mark.skipif(not _SERVERS, reason="; ".join(backends.ABSENT.values()))
@pytest.mark.parametrize("kind", _SERVERS)
@_RUNS
@given(operations=st.lists(_operations, min_size=5, max_size=25))  # see JOINS_BOUNDS for indexes
def test_the_embedded_client_answers_as_a_server(
    embedded: Database, request: pytest.FixtureRequest, kind: str, operations: list[Operation]
) -> None:
    server = request.getfixturevalue("secantus_url") if kind == "secantus" else backends.MONGO_URL
    embedded["things"].delete_many({})
    with backends.opened(server) as reference:
        _both(embedded["things"], reference["things"], operations)


@_RUNS
@given(
    keys=st.lists(generated.indexes, min_size=4, max_size=6),
    stored=st.lists(generated.documents, min_size=15, max_size=30),
    operations=st.lists(_operations, min_size=15, max_size=30),
)
def test_an_index_never_changes_an_answer(
    tmp_path_factory: pytest.TempPathFactory,
    keys: list[list[tuple[str, int]]],
    stored: list[Document],
    operations: list[Operation],
) -> None:
    database = connect(f"embedded://{tmp_path_factory.mktemp('indexed')}", name="test_indexed")
    for index in keys:
        database["indexed"].create_index(index)
    for name in ("plain", "indexed"):
        database[name].insert_many(_numbered(stored))

    _both(database["plain"], database["indexed"], operations)

    database.close()


def _numbered(stored: list[Document]) -> list[Document]:
    ids = [letter + number for number in ("", "1", "2", "3") for letter in "abcdefgh"]
    return [{"_id": identity, **document} for identity, document in zip(ids, stored, strict=False)]
