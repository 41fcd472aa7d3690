"""The agent's process among strangers: silent ones, ones that babble, and callers between them."""

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress

import pytest

from common.errors import Unavailable
from common.tls_worker import PATIENCE_SECONDS
from tests.country_api.agent_process import AgentProcess, without_core
from tests.country_api.stranger import (
    SOON,
    connect,
    half_a_handshake,
    half_a_request,
    said_of_strangers,
    shaken_hands,
    silent,
    with_tls,
)


@pytest.fixture(scope="module")
def process() -> Iterator[AgentProcess]:
    """Without a core; each test leaves it as it was."""
    with without_core() as process:
        yield process


@pytest.mark.parametrize("stranger", [silent, half_a_handshake, shaken_hands, half_a_request])
def test_a_hundred_who_never_end_hold_up_no_signed_call(
    process: AgentProcess, stranger: Callable[[AgentProcess], socket.socket]
) -> None:
    with ExitStack() as held:
        for _ in range(100):
            held.enter_context(stranger(process))
        began = time.monotonic()

        for _ in range(5):  # each over a connection of its own
            process.api_pinned(process.fingerprint).describe()

        assert time.monotonic() - began < SOON / 2
    assert not said_of_strangers(process)


def test_who_does_not_come_to_his_point_is_hung_up_on(process: AgentProcess) -> None:
    sock = half_a_request(process)

    with sock:
        assert sock.recv(1) == b""


@pytest.mark.parametrize(
    "said",
    [
        b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        b"\x00" * 500,
        b"SSH-2\r\n",
        b"\x16\x03\x01\xff\xff",
    ],
    ids=["plain HTTP", "zeros", "ssh", "a record too long"],
)
def test_what_is_no_tls_gets_no_answer_in_words_and_leaves_no_line_in_the_log(
    process: AgentProcess, said: bytes
) -> None:
    with connect(process) as sock:
        sock.sendall(said)
        heard = everything(sock)

    assert b"HTTP" not in heard
    assert len(heard) < 20  # at most an alert of TLS
    process.api.describe()
    assert not said_of_strangers(process)


@pytest.mark.parametrize(
    "said",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/9.9\r\nHost: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nA B: c\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n{}",
        b"GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /" + b"a" * 20_000,
        b"PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 999999\r\n\r\n" + b"a" * 140_000,
    ],
    ids=["words", "version", "header", "chunks", "expect", "two at once", "long head", "long body"],
)
def test_what_is_no_request_of_ours_gets_no_answer_at_all(
    process: AgentProcess, said: bytes
) -> None:
    with with_tls(process) as sock:
        began = time.monotonic()
        with suppress(OSError):  # it may hang up before all is said
            sock.sendall(said)
        assert everything(sock) == b""

    assert time.monotonic() - began < PATIENCE_SECONDS - 1  # not for having waited long enough
    process.api.describe()
    assert not said_of_strangers(process)


def test_an_older_tls_is_not_spoken(process: AgentProcess) -> None:
    with pytest.raises(ssl.SSLError):
        with_tls(process, ssl.TLSVersion.TLSv1_2)


def everything(sock: socket.socket) -> bytes:
    """Until it is closed."""
    heard = b""
    with suppress(ConnectionError):  # closed with something left unread
        while more := sock.recv(4096):
            heard += more
    return heard


def bare(said: bytes) -> set[bytes]:
    """The lines of an answer but the time of day."""
    return {line for line in said.split(b"\r\n") if not line.startswith(b"Date: ")}


def test_a_stranger_hears_the_same_whatever_he_asks(process: AgentProcess) -> None:
    asked = [
        b"GET /health HTTP/1.0\r\nAuthorization: Bearer abc\r\n\r\n".replace(b"/health", path)
        for path in (b"/users", b"/nothing", b"/description?a=b", b"/users/u1")
    ]
    asked += [method + b" /users HTTP/1.1\r\nHost: a\r\n\r\n" for method in (
        b"GET", b"PUT", b"OPTIONS", b"DELETE", b"HEAD", b"PROPFIND",
    )]  # fmt: skip
    heard = []
    for request in asked:
        with with_tls(process) as sock:
            sock.sendall(request)
            heard.append(bare(everything(sock)))  # and it is closed

    wanted = {b"HTTP/1.1 404 NOT FOUND", b"Connection: close", b"Content-Length: 0", b""}
    assert [it - {b"HTTP/1.0 404 NOT FOUND"} | {b"HTTP/1.1 404 NOT FOUND"} for it in heard] == [
        wanted
    ] * len(asked)
    assert not said_of_strangers(process)


def test_an_agent_that_is_told_to_stop_does_not_wait_for_strangers(process: AgentProcess) -> None:
    process.api.describe()
    with silent(process), half_a_request(process):
        assert process.stopped_within(SOON) < 8

    with pytest.raises(Unavailable):
        process.api.describe()
    process.start()
