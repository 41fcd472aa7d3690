"""A site that sends a known pattern slowly, and those who download it."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Event, Thread
from time import monotonic

from typing_extensions import override

from tests.support.vless import header

PIECE = 4096
PAUSE_SECONDS = 0.02
END = bytes(PIECE)


def piece(number: int) -> bytes:
    """No two are equal, and none is the end."""
    return (number + 1).to_bytes(8, "big") * (PIECE // 8)


class Spring(ThreadingTCPServer):
    """Sends piece after piece to whoever has sent it something, until he leaves, or until it is
    `dry`; END then shows that nothing is missing.
    """

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, address: str, pause_seconds: float) -> None:
        self.dry = Event()
        spring = self

        class Pour(BaseRequestHandler):
            @override
            def handle(self) -> None:
                try:
                    self.request.recv(1)
                    for number in count():
                        self.request.sendall(piece(number))
                        if spring.dry.wait(pause_seconds):
                            break
                    self.request.sendall(END)
                except OSError:
                    pass

        super().__init__((address, 0), Pour)
        self.address = (address, int(self.server_address[1]))


@contextmanager
def spring(address: str = "127.0.0.1", pause_seconds: float = PAUSE_SECONDS) -> Iterator[Spring]:
    with Spring(address, pause_seconds) as site:
        thread = Thread(target=site.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield site
        finally:
            site.dry.set()
            site.shutdown()
            thread.join()


class Stream:
    """A download over plain VLESS by a customer who comes from `source`, an address of loopback."""

    def __init__(
        self, server_port: int, core_id: str, site: tuple[str, int], source: str = "127.0.0.2"
    ) -> None:
        self._wire = socket.create_connection(
            ("127.0.0.1", server_port), 5.0, source_address=(source, 0)
        )
        self._wire.sendall(header(core_id, *site) + b"x")

    def runs(self) -> bool:
        """Whether a whole piece still comes."""
        wanted = PIECE
        try:
            while wanted and (part := self._wire.recv(wanted)):
                wanted -= len(part)
        except ConnectionError:
            return False
        return not wanted

    def runs_for(self, seconds: float) -> bool:
        until = monotonic() + seconds
        while monotonic() < until:
            if not self.runs():
                return False
        return True

    def lives(self) -> bool:
        """Whether it has not ended; reads what is there, without waiting for more."""
        try:
            while self._wire.recv(PIECE, socket.MSG_DONTWAIT):
                pass
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

    def close(self) -> None:
        self._wire.close()


class Download:
    """One through an HTTP proxy on this host, read as fast as it comes; check `right` and `whole`
    at any time, and `ended` (monotonic seconds) for when it was over, for whatever reason.
    """

    def __init__(self, proxy_port: int, site: tuple[str, int]) -> None:
        self._wire = socket.create_connection(("127.0.0.1", proxy_port), 20.0)
        host, port = site
        self._wire.sendall(
            f"CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode()
        )
        while b"\r\n\r\n" not in (answer := self._wire.recv(4096, socket.MSG_PEEK)):
            assert answer, "the proxy has hung up"
        assert b" 200 " in self._wire.recv(answer.index(b"\r\n\r\n") + 4)
        self._wire.sendall(b"x")
        self.right = True
        self.whole = False
        self.pieces = 0
        self.ended: float | None = None
        self._thread = Thread(target=self._read)
        self._thread.start()

    def _read(self) -> None:
        rest = b""
        try:
            while part := self._wire.recv(65536):
                rest = self._check(rest + part)
        except OSError:
            pass
        self.ended = monotonic()

    def _check(self, got: bytes) -> bytes:
        """Pieces must come in order, each of them whole; what is no whole piece yet is returned."""
        while len(got) >= PIECE:
            here, got = got[:PIECE], got[PIECE:]
            self.right = self.right and not self.whole and here in (piece(self.pieces), END)
            self.whole = self.right and here == END
            self.pieces += here != END
        return got

    def close(self) -> None:
        self._wire.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._wire.close()
