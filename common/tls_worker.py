"""gunicorn's threaded worker behind TLS, open to the whole internet.

gunicorn's own waits in its few threads for handshakes and requests, and without a limit: some
silent connections, and it answers nobody. Here whole requests alone are handed to the threads; all
before that is done in the main thread, which waits for nobody, and a newcomer who does not come to
his point makes room for others. Who has never been answered with more than an empty 404 counts as
a newcomer; when there are too many, the oldest of the stage that most of them are at goes, so a
flood pushes out its own kind. Those at an address that a known one came from are counted by
themselves, so strangers push out none of them. Plain HTTP, garbage and what breaks off are closed
without an answer or a line in the log.
"""

import re
import ssl
import time
from collections import Counter
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from selectors import EVENT_READ
from socket import socket
from typing import Any, Final

from gunicorn.http.errors import ParseException  # type: ignore[import-untyped]  # gunicorn has no types
from gunicorn.http.parser import RequestParser  # type: ignore[import-untyped]  # gunicorn has no types
from gunicorn.http.wsgi import Response, create  # type: ignore[import-untyped]  # gunicorn has no types
from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped]  # gunicorn has no types
from typing_extensions import override

NEWCOMERS: Final = 200
PATIENCE_SECONDS: Final = 10.0  # for a newcomer's handshake and request together
ANSWER_SECONDS: Final = 10.0  # in which nothing of an answer was taken
MAX_HEAD_BYTES: Final = 16 * 1024
MAX_REQUEST_BYTES: Final = 128 * 1024  # over the app's own limit of a body, which it tells itself
CHUNK_BYTES: Final = 16 * 1024  # a record of TLS
END_OF_HEAD: Final = b"\r\n\r\n"
LENGTH: Final = re.compile(rb"(?i)\r\ncontent-length:[ \t]*([0-9]{1,9})[ \t]*\r\n")
NOT_SPOKEN: Final = re.compile(rb"(?i)\r\n(?:transfer-encoding|expect|upgrade)[ \t]*:")


def server_context(certificate: str, key: str) -> ssl.SSLContext:
    """Raises OSError (of which ssl.SSLError is one) when they cannot be used."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.num_tickets = 0  # callers keep connections and resume none
    context.load_cert_chain(certificate, key, password="")  # without one it would ask a terminal
    return context


class Unwanted(Exception):
    """What came is no request, or one that our callers would not make."""


class Connection:
    """`known`: a request of it was answered with more than that nobody is here."""

    def __init__(self, sock: ssl.SSLSocket, client: Any, server: Any) -> None:
        self.sock = sock
        self.client = client
        self.server = server
        self.known = False
        self._shaken_hands = False
        self._came = bytearray()
        self._size: int | None = None

    @property
    def stage(self) -> int:
        """How far it has come: nothing, a handshake, a whole head."""
        return self._shaken_hands + (self._size is not None)

    def read(self) -> bytes | None:
        """The request, once all of it is here; waits for nothing.

        Raises Unwanted, and OSError, when there is nothing more to be expected.
        """
        seen = len(self._came)
        with suppress(ssl.SSLWantReadError):
            self._take()
        if self._size is None:
            self._size = _size(self._came, seen)
        if self._size is None or len(self._came) < self._size:
            return None
        if len(self._came) > self._size:
            raise Unwanted("a second request before the first was answered")
        request, self._came, self._size = bytes(self._came), bytearray(), None
        return request

    def _take(self) -> None:
        if not self._shaken_hands:
            self.sock.do_handshake()
            self._shaken_hands = True
        while chunk := self.sock.recv(CHUNK_BYTES):
            self._came += chunk
            if len(self._came) > MAX_REQUEST_BYTES:
                raise Unwanted("too long")
        raise Unwanted("it has ended")


def _size(came: bytearray, seen: int) -> int | None:
    """Of the whole request; None while its head is not all here. In the first `seen` bytes its end
    was looked for before.
    """
    end = came.find(END_OF_HEAD, max(0, seen - len(END_OF_HEAD) + 1))
    if end > MAX_HEAD_BYTES or (end < 0 and len(came) > MAX_HEAD_BYTES):
        raise Unwanted("too long a head")
    if end < 0:
        return None
    head = bytes(came[: end + 2])
    if NOT_SPOKEN.search(head):
        raise Unwanted("a body of unknown length")
    length = LENGTH.search(head)
    return end + len(END_OF_HEAD) + (int(length[1]) if length else 0)


class Answer(Response):  # type: ignore[misc]  # gunicorn has no types
    """Does not say what has made it, and hangs up on whom the app does not know."""

    @override
    def default_headers(self) -> list[str]:
        return [line for line in super().default_headers() if not line.startswith("Server:")]

    @override
    def should_close(self) -> bool:
        unknown = self.status_code == HTTPStatus.NOT_FOUND and self.response_length == 0
        return unknown or bool(super().should_close())


class TlsWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._newcomers: dict[Connection, float] = {}
        self._known: dict[Connection, float] = {}
        self._trusted: set[str] = set()

    @override
    def init_process(self) -> None:
        self._tls = server_context(self.cfg.certfile, self.cfg.keyfile)
        super().init_process()

    @override
    def accept(self, listener: socket) -> None:
        with suppress(BlockingIOError, ConnectionAbortedError):
            sock, client = listener.accept()
            sock.settimeout(0)
            try:
                tls = self._tls.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
            except OSError:  # gone already
                sock.close()
                return
            self.nr_conns += 1
            self._wait_for(Connection(tls, client, listener.getsockname()))

    def _line(self, conn: Connection) -> dict[Connection, float]:
        return self._known if conn.known else self._newcomers

    def _wait_for(self, conn: Connection) -> None:
        conn.sock.settimeout(0)
        patience = self.cfg.keepalive if conn.known else PATIENCE_SECONDS
        self._line(conn)[conn] = time.monotonic() + patience
        self.poller.register(conn.sock, EVENT_READ, partial(self._on_readable, conn))
        self._make_room()

    def _make_room(self) -> None:
        for trusted in (False, True):  # at such an address may be others, too: behind one gateway
            crowd = [it for it in self._newcomers if (it.client[0] in self._trusted) is trusted]
            if len(crowd) > NEWCOMERS:
                crowded = Counter(it.stage for it in crowd).most_common(1)[0][0]
                self._drop(next(it for it in crowd if it.stage == crowded))

    def _on_readable(self, conn: Connection, _sock: socket) -> None:
        if conn not in self._line(conn):
            return  # it had to make room in this very round
        try:
            request = conn.read()
        except (OSError, Unwanted):
            self._drop(conn)
            return
        if request is not None:
            self._leave_line(conn)
            self.enqueue_req((conn, request))

    def _leave_line(self, conn: Connection) -> None:
        del self._line(conn)[conn]
        self.poller.unregister(conn.sock)

    def _drop(self, conn: Connection) -> None:
        self._leave_line(conn)
        self._close(conn)

    def _close(self, conn: Connection) -> None:
        self.nr_conns -= 1
        conn.sock.close()

    @override
    def handle(self, conn: tuple[Connection, bytes]) -> bool:
        """In a thread; whether the connection is kept."""
        try:
            return self._answer(*conn)
        except (OSError, ParseException):
            return False
        except Exception:
            self.log.exception("a request could not be answered")
            return False

    def _answer(self, conn: Connection, request: bytes) -> bool:
        conn.sock.settimeout(ANSWER_SECONDS)
        # the parser gets no socket: it cannot wait for more than there is
        req = next(RequestParser(self.cfg, [request], conn.client))
        answer, environ = create(
            req, conn.sock, conn.client, conn.server, self.cfg, response_class=Answer
        )
        environ["wsgi.multithread"] = True
        if not self.alive:
            answer.force_close()
        parts = self.wsgi(environ, answer.start_response)
        try:
            for part in parts:
                answer.write(part)
            answer.close()
        finally:
            if hasattr(parts, "close"):
                parts.close()
        return not answer.should_close()

    @override
    def finish_request(self, conn: tuple[Connection, bytes], fs: "Future[bool]") -> None:
        """In the main thread again."""
        if self.alive and not fs.cancelled() and fs.result():
            conn[0].known = True
            self._trusted.add(conn[0].client[0])
            self._wait_for(conn[0])
        else:
            self._close(conn[0])

    @override
    def murder_keepalived(self, force: bool = False) -> None:
        """Of each line the first has waited longest; whoever stops waits for nobody."""
        now = time.monotonic()
        for line in (self._newcomers, self._known):
            while line:
                conn, until = next(iter(line.items()))
                if until > now and self.alive and not force:
                    break
                self._drop(conn)
