"""One poller a state directory: two would take each other's updates in turns."""

import fcntl
from pathlib import Path
from typing import TextIO


class AnotherPoller(Exception):
    """The lock is held by a living process."""


def take_lock(state_dir: Path) -> TextIO:
    """The open file holds the lock until it is closed or the process ends, however it ends.

    Raises AnotherPoller.
    """
    state_dir.mkdir(parents=True, exist_ok=True)
    path = state_dir / "poller.lock"
    file = path.open("a", encoding="ascii")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise AnotherPoller(f"another process polls already: it holds {path}") from None
    return file
