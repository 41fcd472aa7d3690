"""Integers that never repeat; a number given out and not used is lost, which is harmless."""

from common.storage.protocol import Database, DuplicateKeyError
from main_api.mongo_api.collections import COUNTERS


def next_number(db: Database, name: str) -> int:
    try:
        return _next(db, name)
    except DuplicateKeyError:  # two first callers at once: now the document is there
        return _next(db, name)


def _next(db: Database, name: str) -> int:
    document = db[COUNTERS].find_one_and_update({"_id": name}, {"$inc": {"value": 1}}, upsert=True)
    assert document is not None
    return int(document["value"])
