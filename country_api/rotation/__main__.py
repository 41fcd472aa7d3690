"""Entry: `python -m country_api.rotation status|begin|finish|key`, as root on the server."""

import argparse
import sys
from pathlib import Path

from common.clock import system_clock
from country_api.rotation.files import Files
from country_api.rotation.key import change_key
from country_api.rotation.services import SystemdServices
from country_api.rotation.short_ids import Refused, ShortIds
from country_api.rotation.switching import RotationFailed, Switching

ETC = Path("/etc/keyland")
CORE_CONFIG = Path("/var/lib/keyland/core/config.json")
XRAY = Path("/usr/local/bin/xray")


def main() -> int:
    asked = _parser().parse_args()
    files = Files(
        env=asked.etc / "agent.env",
        private_key=asked.etc / "credentials/agent/reality_private_key",
        state=asked.etc / "rotation.json",
        core_config=asked.core_config,
    )
    try:
        said = _act(asked, files)
    except (Refused, RotationFailed, OSError, ValueError) as trouble:
        sys.stderr.write(f"rotation: {trouble}\n")
        return 1
    sys.stdout.write(f"rotation: {said}\n")
    return 0


def _act(asked: argparse.Namespace, files: Files) -> str:
    switching = Switching(files, SystemdServices())
    short_ids = ShortIds(files, switching, system_clock)
    if asked.act == "begin":
        return short_ids.begin()
    if asked.act == "finish":
        return short_ids.finish(force=asked.force)
    if asked.act == "key":
        if not asked.force:
            raise Refused("all links die at once; --force when customers have been told")
        return change_key(files, switching, asked.xray)
    return short_ids.status()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m country_api.rotation", description=__doc__)
    parser.add_argument("act", choices=["status", "begin", "finish", "key"])
    parser.add_argument("--force", action="store_true", help="finish early; needed for key")
    parser.add_argument("--etc", type=Path, default=ETC)
    parser.add_argument("--core-config", type=Path, default=CORE_CONFIG)
    parser.add_argument("--xray", type=Path, default=XRAY)
    return parser


if __name__ == "__main__":
    sys.exit(main())
