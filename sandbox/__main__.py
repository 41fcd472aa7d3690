"""`python -m sandbox`: the whole shop on this machine, for a person to try; Ctrl+C ends it."""

import signal
import sys

from sandbox.core import CoreNotFound
from sandbox.ending import leave_when_told
from sandbox.shop import Sandbox
from sandbox.supervisor import NotReady


def main() -> int:
    leave_when_told(0)
    try:
        stay_up()
    except (CoreNotFound, NotReady) as trouble:
        print(f"sandbox: {trouble}", file=sys.stderr)
        return 1
    return 0


def stay_up() -> None:
    with Sandbox.temporary() as sandbox:
        layout = sandbox.layout
        print(f"chat (be the customer here):  {layout.url('telegram')}/")
        print(f"payments made in the doubles: {layout.url('payments')}/sandbox/api/payments")
        print(f"a page to fetch by VPN:       {layout.url('web')}/page")
        print(f"logs:                         {layout.logs}")
        print(f"core: {sandbox.core}", flush=True)
        sandbox.start_all()
        print("alarms go to Админ: choose him in the chat and press START once")
        print("he is the shop's admin, too: /admin opens his menu")
        print("everything is up; Ctrl+C stops it and leaves nothing behind", flush=True)
        while True:
            signal.pause()


if __name__ == "__main__":
    sys.exit(main())
