"""A process that keeps a ledger of counters which stand in a file, until it is killed."""

import json
import sys
import time
from pathlib import Path

from common.clock import system_clock
from country_api.traffic.ledger import Ledger
from country_api.traffic.meter import Bytes, Meter


class CountersInAFile:
    def __init__(self, file: Path) -> None:
        self._file = file

    def uptime(self) -> int:
        return int(time.monotonic() - json.loads(self._file.read_text())["started"])

    def counters(self) -> dict[str, Bytes]:
        counted: dict[str, list[int]] = json.loads(self._file.read_text())["counters"]
        return {key: (up, down) for key, (up, down) in counted.items()}

    def devices(self) -> None:
        return None


def ledger_of(folder: Path) -> tuple[Ledger, Meter]:
    meter = Meter(CountersInAFile(folder / "counters.json"), "this-boot", time.monotonic)
    return Ledger(folder / "traffic.sqlite3", meter.now, system_clock), meter


def main(folder: Path) -> None:
    ledger, meter = ledger_of(folder)
    while True:
        ledger.take(meter.read)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
