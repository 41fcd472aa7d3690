"""An agent killed by -9 while it writes, again and again: no byte is lost or counted twice."""

import json
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.support.ledger_process import ledger_of

ROUNDS = 12
USERS = 300


def test_kills_at_any_moment_leave_the_sums_exact(tmp_path: Path) -> None:
    started = time.monotonic() - 100
    counters = {f"u{number}": [0, 0] for number in range(1, USERS + 1)}
    dice = random.Random(5)

    def tell() -> None:
        fresh = tmp_path / "fresh.json"
        fresh.write_text(json.dumps({"started": started, "counters": counters}))
        fresh.replace(tmp_path / "counters.json")

    def counted() -> int:
        page = ledger.since(0)
        return sum(row.up + row.down for row in page.rows)

    tell()
    ledger, meter = ledger_of(tmp_path)
    assert ledger.take(meter.read)
    for _ in range(ROUNDS):
        before = counted()
        process = subprocess.Popen([sys.executable, "-m", "tests.support.ledger_process", tmp_path])
        try:
            while counted() == before:
                bump(counters, dice, tell)
            time.sleep(dice.random() / 20)
        finally:
            process.kill()
            process.wait()
    ledger.take(meter.read)

    assert counted() == sum(map(sum, counters.values()))
    ledger.close()


def bump(counters: dict[str, list[int]], dice: random.Random, tell: Callable[[], None]) -> None:
    for sums in counters.values():
        sums[0] += dice.randrange(1000)
        sums[1] += dice.randrange(1000)
    tell()
