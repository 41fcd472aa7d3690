"""Four processes of four threads on one database: each write happens exactly once."""

import json
import os
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from common.storage.connect import connect
from common.storage.protocol import Database
from tests.storage import workers
from tests.support.storage import raw_of

_PROCESSES = 4
_WORKERS = Path(workers.__file__)
Shared = tuple[str, str, Database]


@pytest.fixture
def shared(shared_url: str) -> Iterator[Shared]:
    name = f"test_{uuid.uuid4().hex[:16]}"
    database = connect(shared_url, name=name)
    yield shared_url, name, database
    database.close()


def _run(job: str, shared: Shared, *arguments: str) -> list[list[object]]:
    """The answers of all processes, which begin when the last of them is ready."""
    command = [sys.executable, str(_WORKERS), "together", job, shared[0], shared[1], *arguments]
    pipe = subprocess.PIPE
    running = [
        subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
        for _ in range(_PROCESSES)
    ]
    for process in running:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    for process in running:
        assert process.stdin
        process.stdin.write("begin\n")
        process.stdin.flush()
    ended = [process.communicate(timeout=50) for process in running]
    assert [process.returncode for process in running] == [0] * _PROCESSES, ended
    return [json.loads(out) for out, _ in ended]


def test_each_job_is_claimed_by_exactly_one(shared: Shared) -> None:
    url, _, database = shared
    count = 400 if url.startswith("embedded") else 60
    database["jobs"].create_index([("state", 1), ("at", 1)])
    database["jobs"].insert_many({"_id": n, "state": "queued", "at": n % 9} for n in range(count))

    answers = _run("claim", shared)

    claimed = [job for answer in answers for job in answer]
    assert sorted(claimed) == list(range(count))  # type: ignore[type-var]  # ids are ints
    assert sum(bool(answer) for answer in answers) > 1


def test_a_counter_loses_nothing(shared: Shared) -> None:
    times = 40 if shared[0].startswith("embedded") else 10

    _run("count", shared, str(times))

    expected = times * workers.THREADS * _PROCESSES
    assert shared[2]["counters"].find_one({}) == {"_id": "hits", "n": expected}


def test_a_unique_index_lets_one_in(shared: Shared) -> None:
    shared[2]["people"].create_index([("email", 1)], unique=True)

    answers = _run("register", shared, "40")

    got = sorted(str(email) for answer in answers for email in answer)
    assert got == sorted(map(str, range(40)))
    assert shared[2]["people"].count_documents({}) == 40


def test_a_file_that_all_open_at_once_takes_no_harm(tmp_path: Path, embedded: Database) -> None:
    """To close one descriptor of a file is to drop every lock that the process has on it."""
    url, rounds = f"embedded://{tmp_path}/state", 12

    _run("open_at_once", (url, "test_embedded", embedded), str(rounds))

    for number in range(rounds):
        counted = connect(url, name=f"round_{number}")
        expected = 5 * workers.THREADS * _PROCESSES
        assert counted["counters"].find_one({}) == {"_id": "hits", "n": expected}
        counted.close()


def test_indexes_and_collections_made_at_once_are_made_once(embedded: Database) -> None:
    def make() -> None:
        for n in range(10):
            embedded[f"c{n}"].create_index([("a", 1)], unique=True)
            embedded[f"c{n}"].update_one({"_id": 1}, {"$inc": {"a": 1}}, upsert=True)

    threads = [threading.Thread(target=make) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [embedded[f"c{n}"].find_one({"a": 6}) for n in range(10)] == [{"_id": 1, "a": 6}] * 10


def test_no_writer_starves(embedded: Database) -> None:
    """SQLite's own busy handler gave one of four writers a single turn in five seconds."""
    done = [0, 0, 0, 0]
    stop = threading.Event()

    def write(number: int) -> None:
        while not stop.is_set():
            embedded["log"].insert_one({"writer": number})
            done[number] += 1

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    stop.wait(1.0)
    stop.set()
    for thread in threads:
        thread.join()

    assert embedded["log"].count_documents({}) == sum(done)
    assert min(done) * 10 > max(done)


def test_an_iteration_may_write_to_what_it_reads(embedded: Database) -> None:
    things = embedded["things"]
    things.insert_many({"_id": n, "a": 0} for n in range(300))

    for document in things.find({"a": 0}, sort=[("_id", 1)]):
        things.update_one({"_id": document["_id"]}, {"$set": {"a": 1}})

    assert things.count_documents({"a": 1}) == 300


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_forked_child_opens_its_own_connection(embedded: Database) -> None:
    """As gunicorn's workers do when the application was used before the fork."""
    things = embedded["things"]
    things.insert_one({"_id": "parent"})
    sessions = raw_of(embedded).sessions
    before = sessions.current()

    child = os.fork()
    if child == 0:
        fresh = sessions.current() is not before
        for n in range(50):
            things.insert_one({"_id": f"child {n}"})
        os._exit(0 if fresh else 1)
    for n in range(50):
        things.insert_one({"_id": f"parent {n}"})
    _, status = os.waitpid(child, 0)

    assert os.waitstatus_to_exitcode(status) == 0
    assert things.count_documents({}) == 101
    assert sessions.current() is before


def test_a_child_forked_amid_a_write_of_its_parent_disturbs_nothing(tmp_path: Path) -> None:
    command = [sys.executable, str(_WORKERS), "fork_amid_write", f"embedded://{tmp_path}", "test_f"]

    ended = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)

    assert json.loads(ended.stdout) == [0, 100, ["ok"]], ended.stderr


def test_a_closed_database_opens_again_at_its_next_use(embedded: Database) -> None:
    embedded["things"].insert_one({"_id": 1})
    embedded.close()

    assert embedded["things"].find_one({}) == {"_id": 1}
