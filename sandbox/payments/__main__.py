"""Runs the doubles as a process: `python -m sandbox.payments --port 0`; keys come by environment.

YOOKASSA_SHOP_ID YOOKASSA_SECRET_KEY YOOKASSA_WEBHOOK_URL
YOOMONEY_WALLET YOOMONEY_SECRET YOOMONEY_TOKEN YOOMONEY_NOTIFICATION_URL
"""

import argparse
import logging
import os
import sys
from pathlib import Path

from common.clock import make_clock
from sandbox.payments.app import create_app
from sandbox.payments.server import listen
from sandbox.payments.settings import PaymentsSettings, YooKassaShop, YooMoneyWallet

_NAMES = (
    "YOOKASSA_SHOP_ID",
    "YOOKASSA_SECRET_KEY",
    "YOOKASSA_WEBHOOK_URL",
    "YOOMONEY_WALLET",
    "YOOMONEY_SECRET",
    "YOOMONEY_TOKEN",
    "YOOMONEY_NOTIFICATION_URL",
)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox.payments", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="loopback only")
    parser.add_argument("--port", type=int, default=0, help="0 = a free one")
    parser.add_argument("--retry-factor", type=float, default=1.0)
    parser.add_argument("--clock-offset-file", type=Path)
    return parser.parse_args()


def _settings(retry_factor: float) -> PaymentsSettings:
    missing = [name for name in _NAMES if not os.environ.get(name)]
    if missing:
        raise ValueError(f"missing: {', '.join(missing)}")
    shop_id, key, webhook, wallet, secret, token, notification = map(os.environ.__getitem__, _NAMES)
    return PaymentsSettings(
        yookassa=YooKassaShop(shop_id, key, webhook),
        yoomoney=YooMoneyWallet(wallet, secret, token, notification),
        retry_factor=retry_factor,
    )


def main() -> int:
    arguments = _arguments()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    logging.getLogger("werkzeug").setLevel(logging.WARNING)  # its lines carry query strings
    try:
        app = create_app(_settings(arguments.retry_factor), make_clock(arguments.clock_offset_file))
        server = listen(app, arguments.host, arguments.port)
    except (ValueError, OSError) as trouble:
        print(f"sandbox.payments: {trouble}", file=sys.stderr)
        return 2
    print(f"http://{arguments.host}:{server.server_port}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        return 0
    return 0


sys.exit(main())
