"""Calls over real sockets to a neighbour who answers, hangs up, or keeps silent."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import requests

from common.kept_connections import KeptConnections

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Type: text/plain; charset=koi8-r\r\n\r\n"
OK = HEAD + "тема".encode("koi8-r")
Told = Callable[[socket.socket], None]


class Neighbour:
    """Does `told` with each connection that is made to it; `connections` counts them."""

    def __init__(self, told: Told, host: str) -> None:
        self.connections = 0
        self._told = told
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.create_server((host.strip("[]"), 0), family=family)
        self.url = f"http://{host}:{self._listener.getsockname()[1]}/things?a=%20b"

    def serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._told_and_closed, args=(connection,), daemon=True).start()

    def _told_and_closed(self, connection: socket.socket) -> None:
        with connection:
            self._told(connection)

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


@contextmanager
def neighbour(told: Told, host: str = "127.0.0.1") -> Iterator[Neighbour]:
    it = Neighbour(told, host)
    serving = threading.Thread(target=it.serve)
    serving.start()
    try:
        yield it
    finally:
        it.close()
        serving.join(10)


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        session.mount("http://", KeptConnections(pool_size=2))
        yield session


def request(connection: socket.socket) -> bytes:
    head = b""
    while b"\r\n\r\n" not in head and (more := connection.recv(4096)):
        head += more
    return head


def answers(connection: socket.socket) -> None:
    while request(connection):
        connection.sendall(OK)


def answers_once(connection: socket.socket) -> None:
    request(connection)
    connection.sendall(OK)


def test_an_answer_is_what_requests_would_have_told(session: requests.Session) -> None:
    with neighbour(answers) as it:
        ours = session.get(it.url)
        requests_own = requests.get(it.url, timeout=30)

    for of in (ours, requests_own):
        assert (of.status_code, of.reason, of.ok, of.url) == (200, "OK", True, it.url)
        assert (of.text, of.encoding, of.headers["content-length"]) == ("тема", "koi8-r", "4")


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]"])
def test_the_request_is_what_requests_would_have_sent(session: requests.Session, host: str) -> None:
    seen: list[bytes] = []

    def notes(connection: socket.socket) -> None:
        seen.append(request(connection))
        connection.sendall(OK)

    with neighbour(notes, host) as it:
        session.put(it.url, data=b"body", headers={"X-Sign": "s"})
        requests.put(it.url, data=b"body", headers={"X-Sign": "s"}, timeout=30)

    ours, requests_own = ({*head.partition(b"\r\n\r\n")[0].split(b"\r\n")} for head in seen)
    assert b"PUT /things?a=%20b HTTP/1.1" in ours
    assert ours == requests_own


def test_a_connection_is_used_again(session: requests.Session) -> None:
    with neighbour(answers) as it:
        for _ in range(3):
            assert session.get(it.url).ok

        assert it.connections == 1


def test_a_connection_that_was_closed_meanwhile_is_made_anew(session: requests.Session) -> None:
    with neighbour(answers_once) as it:
        for _ in range(3):
            assert session.get(it.url).ok
            threading.Event().wait(0.05)

        assert it.connections == 3


def test_a_closed_session_connects_anew(session: requests.Session) -> None:
    with neighbour(answers) as it:
        assert session.get(it.url).ok
        session.close()
        assert session.get(it.url).ok

        assert it.connections == 2


def test_nobody_there_is_a_connection_error(session: requests.Session) -> None:
    with neighbour(answers) as it:
        pass

    with pytest.raises(requests.ConnectionError):
        session.get(it.url)


def test_one_who_keeps_silent_is_a_timeout(session: requests.Session) -> None:
    def waits(connection: socket.socket) -> None:
        while request(connection):
            pass

    with neighbour(waits) as it, pytest.raises(requests.ReadTimeout):
        session.get(it.url, timeout=(1, 0.05))


def test_an_answer_may_take_longer_than_a_connection(session: requests.Session) -> None:
    def ponders(connection: socket.socket) -> None:
        request(connection)
        threading.Event().wait(0.2)
        connection.sendall(OK)

    with neighbour(ponders) as it:
        assert session.get(it.url, timeout=(0.1, 5)).ok


@pytest.mark.parametrize(
    "answer",
    [b"", b"HTTP/1.1 ", b"nonsense\r\n\r\n", OK[:-1]],
    ids=["nothing", "half a line", "no HTTP", "a byte too few"],
)
def test_half_an_answer_is_trouble_of_the_connection(
    session: requests.Session, answer: bytes
) -> None:
    def breaks_off(connection: socket.socket) -> None:
        request(connection)
        connection.sendall(answer)

    with neighbour(breaks_off) as it, pytest.raises(requests.RequestException):
        session.get(it.url)


def test_a_redirect_is_told_and_not_followed(session: requests.Session) -> None:
    def sends_away(connection: socket.socket) -> None:
        request(connection)
        connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: /away\r\nContent-Length: 0\r\n\r\n")

    with neighbour(sends_away) as it:
        assert session.get(it.url, allow_redirects=False).is_redirect
        assert it.connections == 1
