"""`python -m notify_service.failure keyland-bot` tells of a crash, `…:failed` of worse."""

import argparse
import socket
import sys

from common.clock import make_clock
from common.environment import start
from common.i18n.texts import Texts
from notify_service.failure.channels import channels
from notify_service.failure.event import read
from notify_service.failure.memory import Memory
from notify_service.failure.report import Report
from notify_service.settings import FailureSettings


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m notify_service.failure", description=__doc__)
    parser.add_argument("instance", help="a unit's name without .service; with :failed, or not")
    instance = parser.parse_args().instance.replace("/", "_")
    settings = start("failure", FailureSettings)
    report = Report(
        channels(settings),
        Memory(settings.state_dir / f"{instance}.json"),
        make_clock(settings.clock_offset_file),
        Texts(settings.owner_language),
        socket.gethostname(),
    )
    return report.tell(read(instance, settings.crashes_dir))


if __name__ == "__main__":
    sys.exit(main())
