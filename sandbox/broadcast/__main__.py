"""`python -m sandbox.broadcast --people 3000 --seed 1`: exit 0 only if all that must hold did."""

import argparse
import sys

from sandbox.broadcast.run import Plan, fired
from sandbox.ending import leave_when_told
from sandbox.supervisor import NotReady


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m sandbox.broadcast", description=__doc__)
    parser.add_argument("--people", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    leave_when_told(130)
    try:
        found = fired(Plan(people=given.people, seed=given.seed))
    except NotReady as trouble:
        print(f"broadcast: FAILED, not up: {trouble}")
        return 1
    for name, number in found.numbers.items():
        print(f"{name}: {number}")
    for complaint in found.complaints:
        print(f"broadcast: {complaint}")
    print("broadcast: FAILED" if found.complaints else "broadcast: ok")
    return 1 if found.complaints else 0


if __name__ == "__main__":
    sys.exit(main())
