"""A relay on loopback that counts the bytes it carries, in both directions."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

A_PIECE = 65536


class Relay:
    """`carried` grows as bytes pass; `address` is where it listens."""

    def __init__(self, target: tuple[str, int]) -> None:
        self.carried = 0
        self._target = target
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    @classmethod
    @contextmanager
    def to(cls, address: str) -> Iterator["Relay"]:
        host, _, port = address.rpartition(":")
        relay = cls((host, int(port)))
        try:
            yield relay
        finally:
            relay.close()

    def _accept(self) -> None:
        while True:
            try:
                ours, _ = self._listener.accept()
            except OSError:
                return
            theirs = socket.create_connection(self._target)
            self._open += [ours, theirs]
            for ends in ((ours, theirs), (theirs, ours)):
                threading.Thread(target=self._carry, args=ends, daemon=True).start()

    def _carry(self, source: socket.socket, drain: socket.socket) -> None:
        try:
            while piece := source.recv(A_PIECE):
                with self._lock:  # before they arrive, so that whoever has an answer sees all of it
                    self.carried += len(piece)
                drain.sendall(piece)
            drain.shutdown(socket.SHUT_WR)
        except OSError:
            return

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for end in self._open:
            end.close()
