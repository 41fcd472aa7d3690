"""`python -m sandbox.chaos [--seed N]`: exit 0 only if nothing was lost and nothing came twice."""

import argparse
import random
import sys
import threading
import time

from sandbox.chaos.audit import Auditor, Findings
from sandbox.chaos.buyers import Buyer, newcomers
from sandbox.chaos.killer import Killer
from sandbox.core import CoreNotFound
from sandbox.ending import leave_when_told
from sandbox.shop import Sandbox
from sandbox.supervisor import NotReady

BUYERS = 50
BUYING_SECONDS = 100.0
ARRIVAL_SECONDS = 12.0


def storm(sandbox: Sandbox, buyers: list[Buyer], dice: random.Random) -> Killer:
    """Let everybody buy, killing all the while."""
    deadline = time.monotonic() + BUYING_SECONDS
    killer = Killer(sandbox, dice, lambda: sum(b.in_flight.is_set() for b in buyers))
    threads = [
        threading.Thread(
            target=_arrive, args=(buyer, dice.uniform(0, ARRIVAL_SECONDS), deadline), daemon=True
        )
        for buyer in buyers
    ]
    for thread in threads:
        thread.start()
    while not any(buyer.in_flight.is_set() for buyer in buyers):
        time.sleep(0.05)
    killer.run(deadline)
    for thread in threads:
        thread.join()
    return killer


def _arrive(buyer: Buyer, delay: float, deadline: float) -> None:
    time.sleep(delay)
    buyer.buy(deadline)


def report(killer: Killer, buyers: list[Buyer], found: Findings, seconds: float) -> bool:
    retries = sum(buyer.retries for buyer in buyers)
    print(f"kills with work in flight: {dict(sorted(killer.kills.items()))}")
    print(f"buyers' retries: {retries}; receipts whose fate is unknown: {found.unknown}")
    print(f"paid {found.paid}, granted once {found.granted}, receipts {found.receipts}")
    for name in killer.spared():
        found.complaints.append(f"{name} was never killed with work in flight")
    for complaint in found.complaints:
        print(f"chaos: {complaint}")
    print(f"chaos: {'FAILED' if found.complaints else 'ok'} in {seconds:.0f} s")
    return not found.complaints


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m sandbox.chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--buyers", type=int, default=BUYERS)
    options = parser.parse_args()
    leave_when_told(130)
    try:
        return 0 if rage(options.seed, options.buyers) else 1
    except (CoreNotFound, NotReady) as trouble:
        print(f"chaos: FAILED, the shop is not up: {trouble}")
        return 1


def rage(seed: int, customers: int) -> bool:
    began = time.monotonic()
    with Sandbox.temporary() as sandbox:
        print(f"core: {sandbox.core}; seed {seed}", flush=True)
        sandbox.start_all()
        buyers = newcomers(sandbox.layout, customers)
        killer = storm(sandbox, buyers, random.Random(seed))
        sandbox.wait_until_ready()
        found = Auditor(sandbox, buyers).audit()
        if report(killer, buyers, found, time.monotonic() - began):
            return True
        print(f"logs: {sandbox.keep_logs()}")
        return False


if __name__ == "__main__":
    sys.exit(main())
