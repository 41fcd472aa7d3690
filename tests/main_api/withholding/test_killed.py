"""Killed at any moment, what was decided stands, and the next look does the rest, once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from main_api.access.changes import AccessChanges
from main_api.mongo_api.collections import ORDERS, TRAFFIC, USERS
from main_api.traffic.limits import GIGABYTE
from main_api.traffic.store import chunk_of, midnight
from main_api.withholding.people import People
from main_api.withholding.service import Withholding
from main_api.withholding.word import Word
from tests.main_api.cleanup_process import Run
from tests.support.interrupted import Interrupted, Killed
from tests.support.limited_shop import LimitedShop
from tests.support.shop import FINLAND

ROOT = Path(__file__).parents[3]
FIRST, MANY = 1000, 400


@pytest.mark.parametrize("after", [False, True])
def test_killed_before_or_after_the_decision_he_is_withheld_and_told_once_by_the_next(
    limited: LimitedShop, *, after: bool
) -> None:
    limited.use(100)
    limited.collecting.tick()
    before, deps = limited.record(limited.user_id), limited.deps
    doomed = Interrupted(deps.db, 1, after=after)
    changes = AccessChanges(doomed, deps.users, deps.vpn.servers.addresses, limited.clock)
    word = Word(People(doomed), deps.notify, limited.clock)
    with pytest.raises(Killed):
        Withholding(doomed, changes, word, limited.clock).tick()
    assert (limited.withheld is not None) == after

    limited.start()
    limited.begin()
    limited.look(2)

    assert limited.let_in == [False, False]
    assert limited.record(limited.user_id).revision == before.revision + 1
    assert len(limited.told()) == 1


def crowd(limited: LimitedShop) -> range:
    """So many who bought what Anna bought and used as much."""
    db, ids = limited.deps.db, range(FIRST, FIRST + MANY)
    anna, order = db[USERS].find_one({}), db[ORDERS].find_one({})
    assert anna
    assert order
    copies = [{**anna, "_id": n, "tg_id": n, "sub_token": f"t{n}"} for n in ids]
    db[USERS].insert_many(copies)
    db[ORDERS].insert_many(
        [{**order, "_id": f"o{n}", "user_id": n, "request": f"r{n}"} for n in ids]
    )
    used = {"up": 0, "down": 100 * GIGABYTE, "devices": 1, "most": 1}
    today = limited.clock().date()
    for chunk in range(chunk_of(FIRST), chunk_of(FIRST + MANY - 1) + 1):
        users = {f"u{n}": used for n in ids if chunk_of(n) == chunk}
        key = f"{FINLAND}|{limited.finland.ledger.name}|{today.isoformat()}|{chunk}"
        about = {"address": FINLAND, "day": midnight(today), "chunk": chunk, "users": users}
        db[TRAFFIC].insert_one({"_id": key, **about})
    return ids


def test_kill_9_in_the_midst_of_many_leaves_nobody_out_and_nobody_twice(
    limited: LimitedShop,
) -> None:
    ids = crowd(limited)
    users = limited.deps.db[USERS]
    before = limited.record(limited.user_id).revision
    run = Run(
        subprocess.Popen(
            [
                *(sys.executable, "-m", "tests.main_api.withholding.killed"),
                *(str(limited.folder), limited.clock().isoformat()),
            ],
            env={"PATH": os.environ["PATH"]},  # noqa: TID251 -- a child needs to find its programs
            cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
    )  # fmt: skip
    run.pause_when(lambda: users.count_documents({"withheld": "traffic"}) >= MANY // 8)
    run.kill()
    assert users.count_documents({"withheld": "traffic"}) < MANY
    limited.begin()
    limited.look(2)

    found = {it["_id"]: it for it in users.find({"_id": {"$in": list(ids)}})}
    assert {it["withheld"] for it in found.values()} == {"traffic"}
    assert {it["revision"] for it in found.values()} == {before + 1}
    assert {it.telegram_id for it in limited.told()} == set(ids)
    assert len(limited.told()) == MANY
    assert not any(limited.finland.holds(n) for n in ids)
