"""`python -m main_api.jobs`: runs every job of the registry until it is told to stop.

`python -m main_api.jobs cleanup [--dry-run] [--months 6]` forgets who has long been away, and ends.
"""

import argparse
import signal
import sys
import threading

from common.environment import start
from common.supervision import READY, STOPPING, tell
from main_api.cleanup import command as cleanup
from main_api.deps import build
from main_api.jobs.runner import JobRunner
from main_api.settings import MainSettings


def main(arguments: list[str]) -> int:
    asked = parse(arguments)
    if asked.act == "cleanup":
        deps = build(start("main_api_cleanup", MainSettings))
        code = cleanup.run(
            deps, dry_run=asked.dry_run, months=asked.months, patience=asked.patience
        )
        deps.vpn.servers.close()
        deps.db.close()
        return code
    run_jobs()
    return 0


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m main_api.jobs")
    acts = parser.add_subparsers(dest="act", title="instead of running the jobs")
    cleanup.add_arguments(acts.add_parser("cleanup", help="forget who has long been away"))
    return parser.parse_args(arguments)


def run_jobs() -> None:
    deps = build(start("main_api_jobs", MainSettings))
    stopping = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopping.set())
    runner = JobRunner(deps)
    runner.start()
    tell(READY)
    stopping.wait()
    tell(STOPPING)
    runner.stop()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
