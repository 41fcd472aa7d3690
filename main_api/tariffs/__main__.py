"""`python -m main_api.tariffs`: shows the limits of the tariffs.

`python -m main_api.tariffs limit m1 --traffic-gb 100 --devices 3` sets those of one; 0 is none.
They are shown to customers and admins, and nothing is cut at them. As root on the shop's host,
where settings are read from /etc/keyland; elsewhere by variables.
"""

import argparse
import os
import sys

from common.environment import start
from common.errors import ServiceError
from common.storage.protocol import Database
from main_api.deps import build
from main_api.servers.settings import adopt_installed, become_owner
from main_api.settings import MainSettings
from main_api.tariffs.catalogue import Catalogue

MOST = 1_000_000


def main(arguments: list[str]) -> int:
    asked = parse(arguments)
    adopt_installed(os.environ)
    os.environ.setdefault("LOG_LEVEL", "WARNING")  # a person reads this
    settings = start("main_api_tariffs", MainSettings)
    become_owner(settings.mongo_url)
    deps = build(settings)
    try:
        return run(deps.db, asked)
    finally:
        deps.vpn.servers.close()
        deps.db.close()


def run(db: Database, asked: argparse.Namespace) -> int:
    """1 when there is no such tariff."""
    tariffs = Catalogue(db, list)
    if asked.act == "limit":
        try:
            tariffs.limit(asked.tariff, traffic_gb=asked.traffic_gb, devices=asked.devices)
        except ServiceError as trouble:
            print(trouble, file=sys.stderr)
            return 1
    for tariff in tariffs.active("en"):
        traffic = f"{tariff.traffic_gb} GB in 30 days" if tariff.traffic_gb else "any traffic"
        devices = f"{tariff.device_limit} devices" if tariff.device_limit else "any devices"
        print(f"{tariff.id:8} {traffic}, {devices}")
    return 0


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m main_api.tariffs")
    acts = parser.add_subparsers(dest="act", title="instead of showing the limits")
    limit = acts.add_parser("limit", help="set the limits of a tariff; what is not named stays")
    limit.add_argument("tariff", help="its id, such as m1")
    limit.add_argument("--traffic-gb", type=_number, help="gigabytes in 30 days; 0: as many")
    limit.add_argument("--devices", type=_number, help="connected at once; 0: as many")
    return parser.parse_args(arguments)


def _number(text: str) -> int:
    number = int(text)
    if not 0 <= number <= MOST:
        raise ValueError
    return number


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
