"""Outlives a supervisor that was killed with -9, and clears away whatever that one had started.

Every process of a sandbox carries a mark in its environment, which its children inherit however
they detach themselves; so nothing need be told about them. Linux only: it reads /proc.
"""

import os
import shutil
import signal
import sys
import time
from pathlib import Path

MARK = "KEYLAND_SANDBOX"
_LOOKS = 3
_PAUSE = 0.05


def marked(mark: str) -> list[int]:
    """Process ids of everything alive that bears this mark."""
    wanted = f"{MARK}={mark}".encode()
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                environment = (entry / "environ").read_bytes()
            except OSError:
                continue  # it ended meanwhile, or is another user's
            if wanted in environment.split(b"\0"):
                found.append(int(entry.name))
    return found


def kill_marked(mark: str) -> None:
    """Looks again until nothing is found: one that is being born is caught by the next look."""
    empty_looks = 0
    while empty_looks < _LOOKS:
        found = marked(mark)
        empty_looks = 0 if found else empty_looks + 1
        for process_id in found:
            try:
                os.kill(process_id, signal.SIGKILL)
            except ProcessLookupError:
                continue
        time.sleep(_PAUSE)


def main() -> None:
    """Started with the mark and a folder to remove at the end (or an empty argument); standard
    input is the supervisor's end of a pipe.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    sys.stdin.buffer.read()
    mark, folder = sys.argv[1:]
    kill_marked(mark)
    if folder:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
