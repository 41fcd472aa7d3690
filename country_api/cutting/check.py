"""Whether connections can be cut here: found out by cutting one that is made for it."""

import socket
from collections.abc import Sequence
from pathlib import Path

from country_api.cutting.sockets import SS, CannotCut, Sockets

HERE = "127.0.0.1"
SECONDS = 5.0
NET_ADMIN = 1 << 12  # CAP_NET_ADMIN, capabilities(7)


def why_not(ss: Sequence[str] = SS) -> str:
    """What keeps this process from cutting connections; "" when nothing does."""
    try:
        return _tried(ss)
    except OSError as trouble:
        return f"no connection can be made here to try it on ({trouble.strerror or trouble})"


def _tried(ss: Sequence[str]) -> str:
    with socket.create_server((HERE, 0)) as listening:
        port = int(listening.getsockname()[1])
        wire = socket.create_connection((HERE, port), timeout=SECONDS)
        with wire as client, listening.accept()[0] as served:
            try:
                Sockets(port, ss).destroy([HERE])
            except CannotCut as trouble:
                return str(trouble)
            if _dead(served) and _dead(client):
                return ""
    return "the kernel does not end connections on demand (CONFIG_INET_DIAG_DESTROY)"


def _dead(wire: socket.socket) -> bool:
    wire.setblocking(False)  # noqa: FBT003 -- its only argument
    try:
        wire.recv(1)
    except BlockingIOError:
        return False
    except ConnectionError:
        return True
    return True


def may(pid: int) -> bool:
    """Whether that process has CAP_NET_ADMIN; raises OSError when there is none such."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        name, _, mask = line.partition(":")
        if name == "CapEff":
            return bool(int(mask, 16) & NET_ADMIN)
    return False
