"""`python -m tests.apart [--seconds 180] [--seed 1]`: people buy, renew and lose their access while
the ways to the servers, which are hosts of their own, are cut, lossy, slow and late.

Proves that ten seconds after each healing the server has what main wants of everybody, and that in
the end every user is right on every server. Needs root, `ip`, `nft`, `tc` and Xray.
"""

import argparse
import random
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from sandbox.chaos.buyers import newcomers
from sandbox.core import CoreNotFound
from sandbox.ending import leave_when_told
from sandbox.layout import COUNTRIES
from sandbox.shop import Sandbox
from sandbox.supervisor import NotReady
from tests.apart.abroad import addresses, apart
from tests.apart.level import desired, seconds_until_level
from tests.apart.people import Shopping
from tests.apart.troubles import KINDS, Way
from tests.support.netns import Host, missing, network

SHOPPERS = 5
NEWCOMERS = 200
WITHIN_SECONDS = 10.0
CALM_SECONDS = 12.0


@dataclass
class Run:
    """`took` are the seconds from each healing until the server was level, `left_behind` counts
    the users of whom it had not been told by then.
    """

    sandbox: Sandbox
    hosts: dict[str, Host]
    dice: random.Random
    over: threading.Event = field(default_factory=threading.Event)
    took: list[float] = field(default_factory=list)
    left_behind: int = 0
    complaints: list[str] = field(default_factory=list)

    def play(self, seconds: float) -> None:
        shoppers = self._shoppers()
        with ThreadPoolExecutor(SHOPPERS + len(COUNTRIES)) as threads:
            tasks = [threads.submit(it.run, self.over) for it in shoppers]
            tasks += [threads.submit(self._suffer, it) for it in COUNTRIES]
            time.sleep(seconds)
            self.over.set()
        for task in tasks:
            task.result()
        self.complaints += [word for it in shoppers for word in it.complaints]
        done = {act: sum(it.done[act] for it in shoppers) for act in ("bought", "renewed", "ended")}
        print(f"apart: meanwhile {done}", flush=True)

    def _shoppers(self) -> list[Shopping]:
        people = newcomers(self.sandbox.layout, NEWCOMERS)
        return [
            Shopping(
                people[n::SHOPPERS], self.sandbox.operator.main, random.Random(self.dice.random())
            )
            for n in range(SHOPPERS)
        ]

    def _suffer(self, country: str) -> None:
        number = COUNTRIES.index(country)
        port = self.sandbox.layout.ports[f"agent_{country}"]
        way = Way(self.hosts["main"], self.hosts[country], port, relay_port=9443 + number)
        dice = random.Random(self.dice.random())
        way.suffer(dice, self.over, lambda kind: self._look(country, kind))
        print(f"apart: {country} was healed of {dict(way.seen)}", flush=True)
        if missed := [kind for kind in KINDS if not way.seen[kind]]:
            self.complaints.append(f"{country} never suffered {missed}")

    def _look(self, country: str, kind: str) -> None:
        """Called when the way is whole again."""
        wanted = desired(self.sandbox.operator)
        address = self.sandbox.layout.address(f"agent_{country}")
        self.left_behind += sum(address in user.pending for user in wanted)
        took = seconds_until_level(self.sandbox.operator, country, wanted, WITHIN_SECONDS)
        if took is None:
            self.complaints.append(f"{country}, {kind}: not level within {WITHIN_SECONDS:g} s")
        else:
            self.took.append(took)

    def look_at_the_end(self) -> None:
        """Everybody on every server, also as main's own proof of access has it."""
        time.sleep(CALM_SECONDS)
        users = desired(self.sandbox.operator)
        for country in COUNTRIES:
            if seconds_until_level(self.sandbox.operator, country, users, 1.0) is None:
                self.complaints.append(f"{country}: not level at the end")
        for user in users:
            told = self.sandbox.operator.presence(user.user_id)
            if not told.perfect or len(told.places) != len(COUNTRIES):
                self.complaints.append(f"at the end: {told}")
        print(f"apart: {len(users)} users looked at on {len(COUNTRIES)} servers", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.apart", description=__doc__)
    parser.add_argument("--seconds", type=float, default=180.0)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    leave_when_told(130)
    if why := missing():
        print(f"apart: NOT RUN, {why}")
        return 2
    try:
        return 0 if prove(given.seconds, given.seed) else 1
    except (CoreNotFound, NotReady) as trouble:
        print(f"apart: FAILED, the shop is not up: {trouble}")
        return 1


def prove(seconds: float, seed: int) -> bool:
    with (
        network("main", *COUNTRIES) as hosts,
        hosts["main"].inside(),  # so is whatever is started from here
        Sandbox.temporary(addresses(hosts), apart(hosts)) as sandbox,
    ):
        print(f"apart: {sandbox.core}; seed {seed}", flush=True)
        sandbox.start_all()
        run = Run(sandbox, hosts, random.Random(seed))
        run.play(seconds)
        run.look_at_the_end()
        slowest = max(run.took, default=0.0)
        print(
            f"apart: {run.left_behind} users left behind in {len(run.took)} troubles;"
            f" level {slowest:.1f} s after each healing, at most"
        )
        if not run.left_behind:
            run.complaints.append("no trouble has kept anything from a server")
        for complaint in run.complaints:
            print(f"apart: {complaint}")
        if run.complaints:
            print(f"apart: FAILED; logs: {sandbox.keep_logs()}")
            return False
    print("apart: ok")
    return True


if __name__ == "__main__":
    sys.exit(main())
