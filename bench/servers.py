"""`python -m bench.servers`: a server with 10,000 users, filled, compared, changed and killed."""

import argparse
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from bench.abroad import EMPTY, FULL, Abroad, wait_until
from bench.bars import Bar, server_bars
from bench.figures import latency
from bench.machine import loop_ms, machine, now
from bench.relay import Relay
from bench.shop import ROOT
from bench.tunnel import Download, connects, opened
from common.clock import milliseconds, system_clock
from main_api.vpn_api.census import Census
from main_api.vpn_api.core_ids import core_id
from main_api.vpn_api.differences import Tables
from models.servers import ServerUser
from sandbox.core import CoreNotFound
from sandbox.ending import leave_when_told
from sandbox.supervisor import NotReady

USERS = 10_000
CHECKS, ADDED, EDITED, SAMPLE = 30, 300, 50, 50
FILL_SECONDS, FILE_SECONDS, BACK_SECONDS = 120.0, 90.0, 30.0
AT_ONCE = 8
FOLDER = ROOT / "docs" / "bench"
Json = dict[str, Any]


def measure(users: int) -> Json:
    with Abroad.running(users) as abroad:
        told: Json = {"users": users, "memory_empty_mb": abroad.agent_mb(FULL)}
        told["fill_seconds"] = fill(abroad, users)
        told["add_ms"], told["agreement"] = {}, {}
        with Download.running(_opened(abroad, 1)) as download:
            core = abroad.supervisor.pid(f"core_{FULL}")
            told["agreement"] = agree(abroad)
            told["add_ms"] = add(abroad)
            edit(abroad)
            told["core_kept"] = abroad.supervisor.pid(f"core_{FULL}") == core
            told["download"] = {"broken": download.broken, "blocks": download.blocks}
        told["memory_mb"] = abroad.agent_mb(FULL)
        told["core_killed"] = kill(abroad, users)
        return told


def fill(abroad: Abroad, users: int) -> float:
    """From when the server is noticed until its core and main_api's database know of it all."""
    vpn = abroad.deps.vpn
    began = time.monotonic()
    vpn.enlisting.tick()
    vpn.enlisting.finish()
    while vpn.pending.any(abroad.server.address):
        if time.monotonic() - began > FILL_SECONDS:
            raise NotReady("the server is not filled")
        vpn.healing.tick()
        vpn.healing.finish()
    took = time.monotonic() - began
    if abroad.in_core(FULL) != users:
        raise NotReady("the server is filled, and not all are in its core")
    return round(took, 2)


def agree(abroad: Abroad) -> Json:
    """The first check reads everybody on both sides, those that are timed do not."""
    agreement, address = abroad.deps.vpn.agreement, abroad.server.address
    errors, times = 0, []
    for number in range(CHECKS + 1):
        began = time.perf_counter()
        errors += not agreement.check(abroad.server).equal
        times.append((time.perf_counter() - began) * 1000 if number else 0.0)
    people, at = Census(abroad.deps.db, system_clock).people(), milliseconds(system_clock())
    root = Tables().of(address, people, at).root
    with Relay.to(address) as relay:
        api = abroad.api(FULL, relay.address)
        api.describe()  # connections are kept: who compares each minute shakes hands once
        before = relay.carried
        errors += not api.agree(at, root).equal
        carried = relay.carried - before
    return {"equal_ms": latency(times[1:]), "equal_bytes": carried, "errors": errors}


def add(abroad: Abroad) -> Json:
    """In turn to the server with the users and to the one without; each is removed again."""
    times: dict[str, list[float]] = {FULL: [], EMPTY: []}
    apis = {country: abroad.api(country) for country in times}
    for number in range(ADDED):
        order = (FULL, EMPTY) if number % 2 else (EMPTY, FULL)
        user = _stranger(number)
        for country in order:
            began = time.perf_counter()
            apis[country].put_user(user)
            times[country].append((time.perf_counter() - began) * 1000)
        for country in order:
            apis[country].put_user(user.model_copy(update={"revision": 2, "active": False}))
    ratio = median(times[FULL]) / median(times[EMPTY])
    return {"full": latency(times[FULL]), "empty": latency(times[EMPTY]), "ratio": round(ratio, 2)}


def edit(abroad: Abroad) -> None:
    """Another end of access for some, him who downloads among them, and another id for others."""
    api, wanted = abroad.api(FULL), abroad.deps.vpn.healing.wanted
    for number in range(1, EDITED + 1):
        user = wanted(abroad.server, abroad.deps.users.get(number))
        changed: Json = {"expires_at": user.expires_at + timedelta(days=1)}
        if number > EDITED // 2:
            changed["core_id"] = _stranger(ADDED + number).core_id
        api.put_user(user.model_copy(update=changed | {"revision": user.revision + 1}))


def kill(abroad: Abroad, users: int) -> Json:
    """When all can connect again, counted from the kill and from the core's new start."""
    name = f"core_{FULL}"
    file = abroad.layout.core_config(FULL)
    wait_until(lambda: file.read_text().count('"email"') >= users, FILE_SECONDS)
    sample = range(users, EDITED, -max(1, (users - EDITED) // SAMPLE))
    ids = [_id_of(abroad, number) for number in sample]
    before = abroad.supervisor.pid(name)
    killed = time.monotonic()
    abroad.supervisor.kill(name)
    wait_until(lambda: abroad.supervisor.pid(name) not in (0, before), BACK_SECONDS)
    started = time.monotonic()
    door, source = abroad.door(FULL), abroad.source.address
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(
            pool.map(lambda it: wait_until(partial(connects, door, it, source), BACK_SECONDS), ids)
        )
    back = time.monotonic()
    wait_until(lambda: abroad.in_core(FULL) == users, BACK_SECONDS)
    return {
        "since_start_seconds": round(back - started, 2),
        "since_kill_seconds": round(back - killed, 2),
        "sampled": len(ids),
    }


def _opened(abroad: Abroad, number: int) -> Any:
    return opened(abroad.door(FULL), _id_of(abroad, number), abroad.source.address)


def _id_of(abroad: Abroad, number: int) -> str:
    return core_id(abroad.deps.users.get(number).access_secret, abroad.server.address)


def _stranger(number: int) -> ServerUser:
    return ServerUser(
        key=f"u{900_000_000 + number}",
        core_id=f"{number:08x}-0000-4000-8000-000000000000",
        expires_at=system_clock() + timedelta(days=30),
        revision=1,
    )


def tell(judged: list[Bar]) -> int:
    for bar in judged:
        print(f"bench: {bar}", flush=True)
    return 0 if all(bar.holds for bar in judged if bar.ratio) else 1


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.servers", description=__doc__)
    parser.add_argument("--users", type=int, default=USERS)
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where servers.json goes")
    wanted = parser.parse_args()
    leave_when_told(130)
    try:
        told = {"date": now(), "machine": machine() | {"loop_ms": round(loop_ms(), 1)}}
        told |= measure(wanted.users)
    except (CoreNotFound, NotReady) as trouble:
        print(f"bench: FAILED: {trouble}")
        return 1
    judged = server_bars(told)
    wanted.folder.mkdir(parents=True, exist_ok=True)
    (wanted.folder / "servers.json").write_text(json.dumps(told, indent=1) + "\n")
    return tell(judged)


if __name__ == "__main__":
    sys.exit(main())
