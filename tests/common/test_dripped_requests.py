"""A request that comes a byte a record is read at the cost of its bytes."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from common.tls_worker import MAX_HEAD_BYTES, Connection, Unwanted, server_context
from country_api import certificate

DRIPS = 4000
SHORT = b"PUT / HTTP/1.1\r\nContent-Length: 9000\r\n"


@pytest.fixture
def wire(tmp_path: Path) -> Iterator[tuple[Connection, ssl.SSLSocket]]:
    """A connection as the worker has it, and the other side of it."""
    certificate.make(tmp_path)
    here, there = socket.socketpair()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    serving = server_context(
        str(tmp_path / certificate.CERTIFICATE), str(tmp_path / certificate.KEY)
    )
    server = serving.wrap_socket(here, server_side=True, do_handshake_on_connect=False)
    client = context.wrap_socket(there, do_handshake_on_connect=False)
    shaking = threading.Thread(target=client.do_handshake)
    shaking.start()
    server.do_handshake()
    shaking.join()
    server.settimeout(0)
    with server, client:
        yield Connection(server, ("127.0.0.1", 1), ("127.0.0.1", 2)), client


def dripped(conn: Connection, client: ssl.SSLSocket, count: int) -> float:
    """Seconds of the processor that reading cost."""
    spent = 0.0
    for _ in range(count):
        client.send(b"a")
        began = time.thread_time()
        assert conn.read() is None
        spent += time.thread_time() - began
    return spent


def test_a_long_head_makes_no_byte_after_it_dearer(
    wire: tuple[Connection, ssl.SSLSocket],
) -> None:
    conn, client = wire
    client.sendall(SHORT + b"\r\n")
    cheap = dripped(conn, client, DRIPS)
    client.sendall(b"a" * (9000 - DRIPS))
    assert conn.read()
    client.sendall(SHORT + b"A: " + b"a" * (MAX_HEAD_BYTES - 100) + b"\r\n\r\n")

    dear = dripped(conn, client, DRIPS)

    assert dear < 2.5 * cheap


def test_a_head_is_found_wherever_it_is_broken_and_each_request_has_its_own(
    wire: tuple[Connection, ssl.SSLSocket],
) -> None:
    conn, client = wire
    request = b"PUT / HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}"
    for _ in range(2):
        for at in range(len(request) - 1):
            client.send(request[at : at + 1])
            assert conn.read() is None
        client.send(request[-1:])
        assert conn.read() == request


def test_a_head_that_never_ends_is_given_up(wire: tuple[Connection, ssl.SSLSocket]) -> None:
    conn, client = wire
    client.sendall(b"a" * MAX_HEAD_BYTES)
    assert conn.read() is None
    client.send(b"a")

    with pytest.raises(Unwanted, match="head"):
        conn.read()
