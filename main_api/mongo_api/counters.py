"""Integers that never repeat; a number given out and not used is lost, which is harmless."""

import threading

from common.storage.protocol import Database, DuplicateKeyError
from main_api.mongo_api.collections import COUNTERS

BLOCK = 100


class Numbers:
    """Takes a block at a time from the counter, so that not each number costs a commit."""

    def __init__(self, db: Database, name: str) -> None:
        self._db = db
        self._name = name
        self._lock = threading.Lock()
        self._left: list[int] = []

    def next(self) -> int:
        with self._lock:
            if not self._left:
                last = next_number(self._db, self._name, BLOCK)
                self._left = list(range(last, last - BLOCK, -1))
            return self._left.pop()


def next_number(db: Database, name: str, step: int = 1) -> int:
    """The last of the `step` numbers that are the caller's from now on."""
    try:
        return _next(db, name, step)
    except DuplicateKeyError:  # two first callers at once: now the document is there
        return _next(db, name, step)


def _next(db: Database, name: str, step: int) -> int:
    change = {"$inc": {"value": step}}
    document = db[COUNTERS].find_one_and_update({"_id": name}, change, upsert=True)
    assert document is not None
    return int(document["value"])
