"""Customers of a server for the bench: VLESS over plain TCP, and a source that never ends."""

import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from uuid import UUID

BLOCK = 1024
PAUSE_SECONDS = 0.005
PATIENCE_SECONDS = 3.0
_NUMBER = struct.Struct(">Q")


class Source:
    """Sends numbered blocks to whoever connects, until he goes."""

    def __init__(self, address: str) -> None:
        host, _, port = address.rpartition(":")
        self.address = (host, int(port))
        self._listener = socket.create_server(self.address, backlog=256)
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                wire, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=_send, args=(wire,), daemon=True).start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


def _send(wire: socket.socket) -> None:
    number = 0
    with wire:
        try:
            while True:
                wire.sendall(_NUMBER.pack(number).ljust(BLOCK, b"."))
                number += 1
                time.sleep(PAUSE_SECONDS)
        except OSError:
            return


def opened(server: tuple[str, int], core_id: str, target: tuple[str, int]) -> socket.socket:
    """A connection to the target through the server; raises OSError."""
    wire = socket.create_connection(server, PATIENCE_SECONDS)
    address = ip_address(target[0]).packed
    head = bytes([0]) + UUID(core_id).bytes + bytes([0, 1]) + target[1].to_bytes(2, "big")
    # a core that sniffs waits a fifth of a second for whoever says nothing it knows
    said = "GET / HTTP/1.0\r\nHost: {}:{}\r\n\r\n".format(*target)
    wire.sendall(head + bytes([1]) + address + said.encode())
    try:
        version_and_addons = _exactly(wire, 2)
        _exactly(wire, version_and_addons[1])
    except OSError:
        wire.close()
        raise
    return wire


def connects(server: tuple[str, int], core_id: str, target: tuple[str, int]) -> bool:
    """Whether a new connection brings something from the target."""
    try:
        with opened(server, core_id, target) as wire:
            return _number(wire) == 0
    except OSError:
        return False


def _number(wire: socket.socket) -> int:
    number: int = _NUMBER.unpack_from(_exactly(wire, BLOCK))[0]
    return number


def _exactly(wire: socket.socket, size: int) -> bytes:
    got = b""
    while len(got) < size:
        part = wire.recv(size - len(got))
        if not part:
            raise ConnectionResetError("it ended")
        got += part
    return got


class Download:
    """Runs in a thread of its own; `blocks` came whole and in their order, and `broken` tells that
    it ended before it was told to.
    """

    def __init__(self, wire: socket.socket) -> None:
        self.blocks = 0
        self.broken = False
        self._wire = wire
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @classmethod
    @contextmanager
    def running(cls, wire: socket.socket) -> Iterator["Download"]:
        download = cls(wire)
        try:
            yield download
        finally:
            download._done.set()
            download._thread.join(2 * PATIENCE_SECONDS)
            wire.close()

    def _run(self) -> None:
        while not self._done.is_set():
            try:
                number = _number(self._wire)
            except OSError:
                self.broken = True
                return
            if number != self.blocks:
                self.broken = True
                return
            self.blocks += 1
