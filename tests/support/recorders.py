"""Listeners that answer whoever comes, and remember it, for tests of what may not be reached."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from threading import Thread

ANSWER = b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi"
PATIENCE_SECONDS = 3.0


class TcpRecorder:
    """On `host`, or on every address there is; `seen` are the addresses by which it was reached."""

    def __init__(self, port: int, host: str = "::") -> None:
        self.seen: list[str] = []
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = socket.create_server(
            (host, port), family=family, dualstack_ipv6=host == "::", backlog=100
        )
        self._thread = Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                wire, _ = self._socket.accept()
            except OSError:
                return
            self.seen.append(wire.getsockname()[0])
            Thread(target=_answer, args=(wire,), daemon=True).start()

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._socket.close()


def _answer(wire: socket.socket) -> None:
    """Hears the caller out: closed over what was not read, a connection loses its answer."""
    with wire, suppress(OSError):
        wire.settimeout(PATIENCE_SECONDS)
        wire.sendall(ANSWER)
        wire.shutdown(socket.SHUT_WR)
        while wire.recv(4096):
            pass


class UdpRecorder:
    """On every address there is; sends back what it gets, and remembers it."""

    def __init__(self, port: int) -> None:
        self.seen: list[bytes] = []
        self._port = port
        self._socket = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        self._socket.bind(("::", port))
        self._thread = Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            packet, caller = self._socket.recvfrom(4096)
            if not packet:
                return
            self.seen.append(packet)
            self._socket.sendto(packet, caller)

    def close(self) -> None:
        """Call it where the recorder was made."""
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as end:
            end.sendto(b"", ("::1", self._port))
        self._thread.join()
        self._socket.close()


@contextmanager
def tcp_recorders(*ports: int) -> Iterator[dict[int, TcpRecorder]]:
    with ExitStack() as open_ones:
        recorders = {port: TcpRecorder(port) for port in ports}
        for recorder in recorders.values():
            open_ones.callback(recorder.close)
        yield recorders
