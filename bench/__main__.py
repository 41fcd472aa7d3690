"""`python -m bench`: measures the shop and writes docs/bench; exit 1 when a ratio is missed."""

import argparse
import json
import sys
import time
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

from bench import servers
from bench.bars import Bar, bars, server_bars
from bench.campaign import QUICK, Campaign, Plan
from bench.figures import latency
from bench.graphs import draw
from bench.machine import machine, now, steal_seconds, versions
from bench.measure import Bench, GeneratorFailed
from bench.seeding import seed
from bench.shop import ROOT, Shop
from sandbox.core import CoreNotFound
from sandbox.ending import leave_when_told
from sandbox.supervisor import NotReady

USERS = 10_000
FOLDER = ROOT / "docs" / "bench"
EMPTY, FULL = "empty", "full"


def measure(plan: Plan, users: int) -> dict[str, Any]:
    """Both shops stand all the while; an idle one costs the other a few percent of one core.

    `steal_percent` is what the host gave to others while this machine had work.
    """
    with ExitStack() as held:
        told: dict[str, Any] = {"date": now(), "machine": machine()}
        print(f"bench: starting a shop without users and one with {users}", flush=True)
        shops = {
            EMPTY: held.enter_context(Shop.running()),
            FULL: held.enter_context(Shop.running(partial(seed, count=users))),
        }
        told |= {"versions": versions(shops[EMPTY].core, ROOT), "existing_users": users}
        for shop in shops.values():
            shop.wait_until_idle()
        benches = [Bench(name, shop) for name, shop in shops.items()]
        campaign = Campaign(plan, benches, told["machine"]["cores"])
        before, began = steal_seconds(), time.monotonic()
        told |= campaign.run()
        whole = (time.monotonic() - began) * told["machine"]["cores"]
        told["machine"] |= {
            "steal_percent": round(100 * (steal_seconds() - before) / whole, 1),
            "loop_ms": latency(campaign.loops_ms),
        }
        return told


def write(results: dict[str, Any], judged: list[Bar], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    told = [
        {"name": it.name, "figure": it.figure, "limit": it.limit, "holds": it.holds}
        for it in judged
    ]
    text = json.dumps(results | {"bars": told}, indent=1)
    (folder / "results.json").write_text(text + "\n")
    draw(results, folder)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a look, too short to judge by")
    parser.add_argument(
        "--users", type=int, default=USERS, help="existing users of the second shop"
    )
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the results go")
    wanted = parser.parse_args()
    leave_when_told(130)
    try:
        abroad = servers.measure(wanted.users)
        results = measure(QUICK if wanted.quick else Plan(), wanted.users) | {"servers": abroad}
    except (CoreNotFound, NotReady, GeneratorFailed) as trouble:
        print(f"bench: FAILED: {trouble}")
        return 1
    judged = bars(results) + server_bars(results["servers"])
    write(results, judged, wanted.folder)
    for bar in judged:
        print(f"bench: {bar}")
    print(f"bench: of the cores' time others took {results['machine']['steal_percent']} %")
    return 0 if all(bar.holds for bar in judged if bar.ratio) else 1


if __name__ == "__main__":
    sys.exit(main())
