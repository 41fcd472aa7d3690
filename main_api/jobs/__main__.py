"""`python -m main_api.jobs`: runs every job of the registry until it is told to stop."""

import signal
import threading

from common.environment import start
from common.supervision import READY, STOPPING, tell
from main_api.deps import build
from main_api.jobs.runner import JobRunner
from main_api.settings import MainSettings


def main() -> None:
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
    main()
