"""`python -m common.service_auth mint ...`: a token made by hand, for curl, good for one call."""

import argparse
import sys
from pathlib import Path

from common.clock import system_clock
from common.service_auth import check_key, mint


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m common.service_auth", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    make = commands.add_parser("mint", help="print a bearer token for one request")
    make.add_argument("--caller", default="operator")
    make.add_argument("--callee", required=True, help="main_api, country_api, ...")
    make.add_argument("--key-file", required=True, type=Path, help="the pair's key, in a file")
    make.add_argument("--method", default="GET")
    make.add_argument("--path", required=True, help="with its query string, exactly as called")
    make.add_argument("--body", default="", help="exactly as sent")
    options = parser.parse_args()
    try:
        key = options.key_file.read_text(encoding="utf-8").strip()
        check_key(str(options.key_file), key)
    except (OSError, ValueError) as wrong:
        print(f"cannot use the key: {wrong}", file=sys.stderr)
        return 1
    token = mint(
        caller=options.caller,
        callee=options.callee,
        key=key,
        method=options.method,
        path=options.path,
        body=options.body.encode(),
        clock=system_clock,
    )
    print(token)
    return 0


if __name__ == "__main__":
    sys.exit(main())
