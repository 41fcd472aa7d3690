"""Clears away the API socket of a killed core, over which the next one would refuse to start."""

import fcntl
import logging
import os
import socket
from pathlib import Path

log = logging.getLogger(__name__)


def remove_if_stale(api: str) -> bool:
    """Whether there was one. `api` is `unix:/path`; another address has nothing to clear.

    A living Xray holds a flock on `<socket>.lock` from before it binds until it ends, and a
    starting one waits for it; so under that lock a socket that refuses belongs to nobody.
    """
    path = Path(api.removeprefix("unix:"))
    if not api.startswith("unix:") or not path.is_socket():
        return False
    lock = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        stale = _refuses(path)
        if stale:
            path.unlink(missing_ok=True)
            log.info("removed the API socket of a core that is gone")
    except BlockingIOError:
        return False  # a core lives, or is just starting
    else:
        return stale
    finally:
        os.close(lock)


def _refuses(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            return True
    return False
