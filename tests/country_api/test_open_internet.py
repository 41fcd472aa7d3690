"""The agent's process among strangers: silent ones, ones that babble, and callers between them."""

import json
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress

import pytest

from common.errors import Unavailable
from common.tls_worker import PATIENCE_SECONDS
from tests.country_api.agent_process import AgentProcess, without_core

HALF_A_REQUEST = b"PUT /users/u1 HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n{"
SOON = 30.0  # an agent whose threads all wait for strangers answers in minutes, or never


@pytest.fixture(scope="module")
def process() -> Iterator[AgentProcess]:
    """Without a core; each test leaves it as it was."""
    with without_core() as process:
        yield process


def said_of_strangers(process: AgentProcess) -> list[str]:
    """What is in its log but its start and its trouble with the core, which is not there."""
    lines = process.log().splitlines()
    own = ("common.environment", "country_api.")
    return [it for it in lines if it[:1] != "{" or not json.loads(it)["logger"].startswith(own)]


def connect(process: AgentProcess) -> socket.socket:
    return socket.create_connection(("127.0.0.1", process.port), timeout=SOON)


def with_tls(process: AgentProcess, version: ssl.TLSVersion | None = None) -> ssl.SSLSocket:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if version:
        context.maximum_version = version
    return context.wrap_socket(connect(process))


def silent(process: AgentProcess) -> socket.socket:
    return connect(process)


def half_a_handshake(process: AgentProcess) -> socket.socket:
    sock = connect(process)
    sock.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")
    return sock


def shaken_hands(process: AgentProcess) -> socket.socket:
    return with_tls(process)


def half_a_request(process: AgentProcess) -> socket.socket:
    sock = with_tls(process)
    sock.sendall(HALF_A_REQUEST)
    return sock


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


def test_however_many_come_there_is_room_for_who_comes_next_and_the_known_are_kept(
    process: AgentProcess,
) -> None:
    with ExitStack() as held:
        known = held.enter_context(with_tls(process))
        assert b"country_api" in health(known)  # answered, since it is on this machine
        strangers = [held.enter_context(connect(process)) for _ in range(450)]

        process.api_pinned(process.fingerprint).describe()

        assert b"country_api" in health(known)
        assert strangers[0].recv(1) == b""  # it had to make room
        strangers[-1].settimeout(0.1)
        with pytest.raises(TimeoutError):
            strangers[-1].recv(1)


def health(sock: ssl.SSLSocket) -> bytes:
    sock.sendall(b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n")
    heard = b""
    while not heard.endswith(b"}}") and (more := sock.recv(4096)):
        heard += more
    return heard


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
