"""kill -9 amid writes: what was acknowledged is there, and the file is whole."""

import random
import subprocess
import sys
import time
from pathlib import Path

from common.storage.connect import connect
from common.storage.protocol import Database
from tests.storage import workers
from tests.support.storage import raw_of

_ROUNDS = 4
_WRITERS = 2


def _killed_round(url: str, name: str, number: int, dice: random.Random) -> dict[str, int]:
    """How many inserts of each writer were acknowledged before it was killed."""
    command = [sys.executable, str(Path(workers.__file__)), "insert_for_ever", url, name]
    writers = {
        f"r{number}w{writer}": subprocess.Popen(
            [*command, f"r{number}w{writer}"], stdout=subprocess.PIPE, text=True
        )
        for writer in range(_WRITERS)
    }
    for process in writers.values():
        assert process.stdout is not None
        assert process.stdout.readline() == "0\n"  # in the midst of it from here on
    time.sleep(dice.uniform(0.02, 0.15))
    for process in writers.values():
        process.kill()
    return {
        prefix: 1 + len(process.communicate()[0].splitlines())
        for prefix, process in writers.items()
    }


def test_no_acknowledged_write_is_lost(embedded: Database, tmp_path: Path) -> None:
    dice = random.Random(2)
    acknowledged: dict[str, int] = {}
    embedded["log"].create_index([("n", 1)])
    for number in range(_ROUNDS):
        url = f"embedded://{tmp_path}/state"
        acknowledged |= _killed_round(url, "test_embedded", number, dice)

        for prefix, count in acknowledged.items():
            assert _stored(embedded, prefix, count) == count
    assert sum(acknowledged.values()) > _ROUNDS * _WRITERS * 5
    with raw_of(embedded).sessions.reading() as session:
        assert session.query("PRAGMA integrity_check") == [("ok",)]


def _stored(database: Database, prefix: str, count: int) -> int:
    """How many of the acknowledged are there, by both of their traces."""
    wanted = {f"{prefix}-{number:06}" for number in range(count)}
    found = database["log"].find({"_id": {"$gte": f"{prefix}-", "$lt": f"{prefix}."}})
    counter = database["counters"].find_one({"_id": prefix})
    assert counter is not None
    assert counter["n"] >= count
    return len(wanted & {document["_id"] for document in found})


def test_after_a_kill_the_next_process_finds_the_indexes_in_step(tmp_path: Path) -> None:
    url = f"embedded://{tmp_path}"
    database = connect(url, name="test_x")
    database["log"].create_index([("n", 1)])

    _killed_round(url, "test_x", 0, random.Random(3))

    everything = {document["_id"] for document in database["log"].find({})}
    assert {d["_id"] for d in database["log"].find({"n": {"$gte": 0}})} == everything
    database.close()
