"""Moves a database to another backend: repeatable, under a progress bar, compared afterwards."""

import hashlib
from collections.abc import Iterator
from itertools import islice
from typing import Any

import bson
from tqdm import tqdm

from common.storage.checked import CheckedDatabase
from common.storage.embedded.database import EmbeddedDatabase
from common.storage.mongo import MongoDatabase
from common.storage.protocol import Collection, Document

Backend = EmbeddedDatabase | MongoDatabase
_BATCH = 500
_IN_ORDER = [("_id", 1)]


def copy(source: Backend, target: Backend) -> tuple[int, list[str]]:
    """How many documents there are, and what differs afterwards.

    Nothing may write to either meanwhile. Documents that are there already are left alone, so that
    a broken run is simply repeated. Documents that only the target has are never deleted, but told.
    """
    names = source.collection_names()
    counts = {name: source.collection(name).count_documents({}) for name in names}
    with tqdm(total=sum(counts.values()), unit=" documents", disable=None) as bar:
        for name in names:
            bar.set_description(name)
            _copy_collection(source, target, name, bar)
    problems = [problem for name in names if (problem := _difference(source, target, name))]
    return sum(counts.values()), problems


def _copy_collection(source: Backend, target: Backend, name: str, bar: "tqdm[Any]") -> None:
    goal = CheckedDatabase(target).collection(name)  # what comes from elsewhere may not fit
    for keys, unique in source.indexes(name):
        goal.create_index(keys, unique=unique)
    for batch in _batches(source.collection(name)):
        _copy_batch(batch, goal)
        bar.update(len(batch))


def _batches(things: Collection) -> Iterator[list[Document]]:
    documents = things.find({}, sort=_IN_ORDER)
    while batch := list(islice(documents, _BATCH)):
        yield batch


def _copy_batch(batch: list[Document], goal: Collection) -> None:
    ids = [document["_id"] for document in batch]
    there = {document["_id"]: document for document in goal.find({"_id": {"$in": ids}})}
    missing = [document for document in batch if _differs(document, there.get(document["_id"]))]
    outdated = [document["_id"] for document in missing if document["_id"] in there]
    if outdated:
        goal.delete_many({"_id": {"$in": outdated}})
    if missing:
        goal.insert_many(missing)


def _differs(document: Document, other: Document | None) -> bool:
    return other is None or _canonical(document) != _canonical(other)


def _difference(source: Backend, target: Backend, name: str) -> str | None:
    ours, theirs = (_digest(database.collection(name)) for database in (source, target))
    if ours == theirs:
        return None
    return f"{name}: {ours[0]} documents here, {theirs[0]} there, and they are not the same"


def _digest(things: Collection) -> tuple[int, str]:
    count, digest = 0, hashlib.sha256()
    for document in things.find({}, sort=_IN_ORDER):
        count += 1
        digest.update(_canonical(document))
    return count, digest.hexdigest()


def _canonical(document: Document) -> bytes:
    """Equal for equal documents, whatever the order of their fields."""
    return bson.encode(_in_order(document))


def _in_order(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _in_order(value[name]) for name in sorted(value)}
    return value
