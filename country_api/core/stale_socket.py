"""Clears away the API socket of a killed core, over which the next one would refuse to start."""

import fcntl
import logging
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
    try:
        with Path(f"{path}.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return _remove(path)
    except BlockingIOError:
        return False  # a core lives, or is just starting
    except OSError as trouble:
        log.warning("the API socket of a core that is gone cannot be removed: %s", trouble)
        return False


def _remove(path: Path) -> bool:
    if not _refuses(path):
        return False
    path.unlink(missing_ok=True)
    log.info("removed the API socket of a core that is gone")
    return True


def _refuses(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            return True
    return False
