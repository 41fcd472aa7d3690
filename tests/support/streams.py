"""A site that sends a known pattern slowly, and customers who download it through the server."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Event, Thread

from typing_extensions import override

from tests.support.vless import header

PIECE = bytes(range(256)) * 16
PAUSE_SECONDS = 0.02


class Spring(ThreadingTCPServer):
    """Sends `PIECE` after `PIECE` to whoever has sent it something, until he leaves."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        self.dry = Event()
        spring = self

        class Pour(BaseRequestHandler):
            @override
            def handle(self) -> None:
                self.request.recv(1)
                try:
                    while not spring.dry.wait(PAUSE_SECONDS):
                        self.request.sendall(PIECE)
                except OSError:
                    pass

        super().__init__(("127.0.0.1", 0), Pour)
        self.address = ("127.0.0.1", int(self.server_address[1]))


@contextmanager
def spring() -> Iterator[Spring]:
    with Spring() as site:
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
        wanted = len(PIECE)
        try:
            while wanted and (part := self._wire.recv(wanted)):
                wanted -= len(part)
        except ConnectionError:
            return False
        return not wanted

    def close(self) -> None:
        self._wire.close()
