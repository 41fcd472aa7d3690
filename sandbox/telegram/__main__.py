"""python -m sandbox.telegram --port 0 --token 1:abc [--clock-offset-file F] [--lax-urls]"""

import argparse
import signal
import sys
from pathlib import Path

from common.clock import make_clock
from sandbox.telegram.app import create_app
from sandbox.telegram.bot_api import TOKEN
from sandbox.telegram.server import NotLoopback, make
from sandbox.telegram.settings import Settings


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox.telegram", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8081, help="0 takes a free one")
    parser.add_argument("--token", default="910000000:SANDBOX-token-not-a-secret")
    parser.add_argument("--username", default=Settings.bot_username)
    parser.add_argument("--name", default=Settings.bot_name)
    parser.add_argument("--clock-offset-file", type=Path)
    parser.add_argument("--lax-urls", action="store_true", help="accept links to localhost")
    parser.add_argument("--no-flood-control", action="store_true")
    parser.add_argument(
        "--rate", type=float, default=Settings.overall_rate, help="messages a second"
    )
    return parser


def settings_from(given: argparse.Namespace) -> Settings:
    return Settings(
        token=given.token,
        clock=make_clock(given.clock_offset_file),
        offset_file=given.clock_offset_file,
        bot_username=given.username,
        bot_name=given.name,
        lax_urls=given.lax_urls,
        overall_rate=None if given.no_flood_control else given.rate,
    )


def main() -> int:
    given = arguments().parse_args()
    if not TOKEN.fullmatch(given.token):
        print("the token must look like 123456:letters", file=sys.stderr)
        return 2
    try:
        server = make(create_app(settings_from(given)), given.host, given.port)
    except (NotLoopback, OSError) as refused:
        print(refused, file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    print(f"Bot API emulator: http://{given.host}:{server.port}/", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
