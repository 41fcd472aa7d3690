"""`python -m main_api.tariffs`: shows the limits of the tariffs.

`python -m main_api.tariffs limit m1 --traffic-gb 100 --devices 3` sets those of one; 0 is none.
They are shown to customers and admins, and nothing is cut at them until `--enforce` says at which
(docs/operations/limits.md). As root on the shop's host, where settings are read from /etc/keyland;
elsewhere by variables.
"""

import argparse
import os
import sys

from common.clock import Clock, system_clock
from common.environment import start
from common.errors import ServiceError
from common.storage.protocol import Database
from main_api.deps import build
from main_api.servers.settings import adopt_installed, become_owner
from main_api.settings import MainSettings
from main_api.tariffs.catalogue import Catalogue
from main_api.withholding.service import foreseen
from models.codes import Withheld
from models.tariffs import Tariff

MOST = 1_000_000
ENFORCED = {
    "nothing": frozenset[Withheld](),
    "traffic": frozenset({Withheld.TRAFFIC}),
    "devices": frozenset({Withheld.DEVICES}),
    "both": frozenset(Withheld),
}
MEANING = (
    "Whoever reaches an enforced limit is taken off all servers within minutes and told so: for "
    "traffic until his next 30 days begin or he buys, for devices for 10 minutes. The end of his "
    "access stays as it is."
)


def main(arguments: list[str]) -> int:
    asked = parse(arguments)
    adopt_installed(os.environ)
    os.environ.setdefault("LOG_LEVEL", "WARNING")  # a person reads this
    settings = start("main_api_tariffs", MainSettings)
    become_owner(settings.mongo_url)
    deps = build(settings)
    try:
        return run(deps.db, asked, deps.clock)
    finally:
        deps.vpn.servers.close()
        deps.db.close()


def run(db: Database, asked: argparse.Namespace, clock: Clock = system_clock) -> int:
    """1 when there is no such tariff."""
    tariffs = Catalogue(db, list)
    if asked.act == "limit":
        try:
            tariffs.limit(
                asked.tariff,
                traffic_gb=asked.traffic_gb,
                devices=asked.devices,
                enforced=ENFORCED[asked.enforce] if asked.enforce else None,
            )
        except ServiceError as trouble:
            print(trouble, file=sys.stderr)
            return 1
    shown = [it for it in tariffs.all("en") if it.is_active or it.traffic_gb or it.device_limit]
    for tariff in shown:
        sold = "" if tariff.is_active else " (sold no more)"
        print(f"{tariff.id:8} {_limits(tariff)}{_enforced(tariff)}{sold}")
    if any(tariff.enforced for tariff in shown):
        print(f"\n{MEANING}")
    if asked.act == "limit" and (now := foreseen(db, clock)):
        print(f"\nWithin a minute {now} will be withheld for their traffic.")
    return 0


def _limits(tariff: Tariff) -> str:
    traffic = f"{tariff.traffic_gb} GB in 30 days" if tariff.traffic_gb else "any traffic"
    devices = f"{tariff.device_limit} devices" if tariff.device_limit else "any devices"
    return f"{traffic}, {devices}"


def _enforced(tariff: Tariff) -> str:
    """What is only shown is not worth a word; what has no limit cannot be enforced."""
    limits = {Withheld.TRAFFIC: tariff.traffic_gb, Withheld.DEVICES: tariff.device_limit}
    words = [f"{it}{'' if limits[it] else ' (no limit is set)'}" for it in tariff.enforced]
    return f"; enforced: {', '.join(words)}" if words else ""


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m main_api.tariffs")
    acts = parser.add_subparsers(dest="act", title="instead of showing the limits")
    limit = acts.add_parser("limit", help="set the limits of a tariff; what is not named stays")
    limit.add_argument("tariff", help="its id, such as m1")
    limit.add_argument("--traffic-gb", type=_number, help="gigabytes in 30 days; 0: as many")
    limit.add_argument("--devices", type=_number, help="connected at once; 0: as many")
    limit.add_argument("--enforce", choices=ENFORCED, help=f"at which of them to cut. {MEANING}")
    return parser.parse_args(arguments)


def _number(text: str) -> int:
    number = int(text)
    if not 0 <= number <= MOST:
        raise ValueError
    return number


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
