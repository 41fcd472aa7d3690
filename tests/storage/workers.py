"""What the concurrent processes of the tests do: `python workers.py [together] JOB URL NAME …`."""

import json
import os
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

if __name__ == "__main__":  # started by path, from any folder
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from common.storage.connect import connect
from common.storage.protocol import Collection, Database, DuplicateKeyError
from tests.support.storage import raw_of

THREADS = 4


def _in_threads(work: Callable[[], list[object]]) -> list[object]:
    """What the threads made; an exception in one of them ends the process with it."""
    made: list[object] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            made.extend(work())
        except BaseException as error:  # noqa: BLE001 -- handed to the main thread
            failed.append(error)

    threads = [threading.Thread(target=run) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    return made


def claim(database: Database) -> list[object]:
    """The ids of the jobs that this process claimed."""
    jobs = database["jobs"]

    def work() -> list[object]:
        mine: list[object] = []
        change = {"$set": {"state": "taken"}, "$inc": {"tries": 1}}
        while job := jobs.find_one_and_update({"state": "queued"}, change, sort=[("at", 1)]):
            assert job["tries"] == 1
            mine.append(job["_id"])
        return mine

    return _in_threads(work)


def count(database: Database, times: str) -> list[object]:
    """Raises one counter, which the first one makes."""
    counters = database["counters"]

    def work() -> list[object]:
        for _ in range(int(times)):
            counters.update_one({"_id": "hits"}, {"$inc": {"n": 1}}, upsert=True)
        return []

    return _in_threads(work)


def register(database: Database, times: str) -> list[object]:
    """Tries to register the same addresses as all others; those that it got."""
    people = database["people"]

    def work() -> list[object]:
        return [email for email in map(str, range(int(times))) if _registered(people, email)]

    return _in_threads(work)


def _registered(people: Collection, email: str) -> bool:
    try:
        people.insert_one({"email": email})
    except DuplicateKeyError:
        return False
    return True


def open_at_once(database: Database, rounds: str) -> list[object]:
    """New files, each opened first by four threads at one moment, and counted up in."""
    folder = raw_of(database).file.parent
    for number in range(int(rounds)):
        fresh = connect(f"embedded://{folder}", name=f"round_{number}")
        start = threading.Barrier(THREADS)
        _in_threads(partial(_count_from, start, fresh["counters"]))
        fresh.close()
    return []


def _count_from(start: threading.Barrier, counters: Collection) -> list[object]:
    start.wait()
    for _ in range(5):
        counters.update_one({"_id": "hits"}, {"$inc": {"n": 1}}, upsert=True)
    return []


def insert_for_ever(database: Database, prefix: str) -> list[object]:
    """Prints each number after its insert was acknowledged, until it is killed."""
    number = 0
    while True:
        database["log"].insert_one({"_id": f"{prefix}-{number:06}", "n": number, "pad": "x" * 300})
        database["counters"].update_one({"_id": prefix}, {"$inc": {"n": 1}}, upsert=True)
        print(number, flush=True)  # noqa: T201 -- the acknowledgement
        number += 1


def fork_amid_write(database: Database) -> list[object]:
    """A child reads and exits, with all of Python's clean-up, amid a transaction of its parent."""
    things = database["things"]
    things.insert_many({"_id": n, "pad": "x" * 2000} for n in range(500))
    sessions = raw_of(database).sessions
    sessions.current().query("PRAGMA cache_size = 5")  # changed pages go to the log at once
    with sessions.writing() as session:
        session.sql.execute("UPDATE documents_1 SET body = body || body")
        child = os.fork()
        if child == 0:
            sys.exit(things.count_documents({}) != 500)
        _, status = os.waitpid(child, 0)
        session.sql.execute("DELETE FROM documents_1 WHERE seq > 100")
        session.sql.execute("UPDATE documents_1 SET body = substr(body, 1, length(body) / 2)")
    return [status, things.count_documents({}), *session.query("PRAGMA integrity_check")]


JOBS: dict[str, Callable[..., list[object]]] = {
    "claim": claim,
    "count": count,
    "register": register,
    "fork_amid_write": fork_amid_write,
    "open_at_once": open_at_once,
    "insert_for_ever": insert_for_ever,
}

if __name__ == "__main__":
    together = sys.argv[1] == "together"
    job, url, name, *arguments = sys.argv[1 + together :]
    opened = connect(url, name=name)
    if together:
        print("ready", flush=True)  # noqa: T201 -- for whoever waits for all of them
        sys.stdin.readline()
    print(json.dumps(JOBS[job](opened, *arguments)))  # noqa: T201 -- the answer
    opened.close()
