"""`python -m sandbox`: the whole shop on this machine, for a person to try; Ctrl+C ends it."""

import signal
import sys
import threading

from sandbox.shop import Sandbox
from sandbox.supervisor import NotReady


def main() -> int:
    done = threading.Event()
    signal.signal(signal.SIGINT, lambda *_: done.set())
    signal.signal(signal.SIGTERM, lambda *_: done.set())
    with Sandbox.temporary() as sandbox:
        layout = sandbox.layout
        print(f"chat (be the customer here):  {layout.url('telegram')}/")
        print(f"payments made in the doubles: {layout.url('payments')}/sandbox/api/payments")
        print(f"a page to fetch by VPN:       {layout.url('web')}/page")
        print(f"logs:                         {layout.logs}")
        print(f"core: {sandbox.core}", flush=True)
        try:
            sandbox.start_all()
        except NotReady as trouble:
            print(f"sandbox: {trouble}", file=sys.stderr)
            return 1
        print("everything is up; Ctrl+C stops it and leaves nothing behind", flush=True)
        done.wait()
        print("stopping")
    return 0


if __name__ == "__main__":
    sys.exit(main())
