"""Whether a request has left, over sockets that misbehave; and what is never told."""

import logging
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from common.telegram.errors import NoAnswer, NothingSent, Outcome, TelegramError
from common.telegram.transport import IDLE_SECONDS, Transport
from tests.common.telegram.emulated import ANYA, TOKEN, Elapsed, Telegram, sender_to

Peer = Callable[[socket.socket], None]


@contextmanager
def listening(peer: Peer) -> Iterator[str]:
    """host:port of a server that treats each connection as `peer` does, in a thread each."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                threading.Thread(target=peer, args=(connection,), daemon=True).start()

        acceptor = threading.Thread(target=accept, daemon=True)
        acceptor.start()
        yield f"127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)
    acceptor.join()


def hang_up(connection: socket.socket) -> None:
    connection.close()


def stay_silent(connection: socket.socket) -> None:
    while connection.recv(65536):
        pass
    connection.close()


def hang_up_after_reading(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.close()


def half_an_answer(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"ok":tr')
    connection.close()


def whole_request(connection: socket.socket) -> bytes:
    """It may arrive in pieces; empty when the client has hung up."""
    request = b""
    while b"\r\n\r\n" not in request or len(request) < expected_length(request):
        piece = connection.recv(65536)
        if not piece:
            return b""
        request += piece
    return request.replace(b"keep-alive", b"close")


def expected_length(request: bytes) -> int:
    head, _, _ = request.partition(b"\r\n\r\n")
    return len(head) + 4 + int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])


def forbid(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
    connection.close()


def call(api_url: str, proxy: str | None = None) -> None:
    transport = Transport(api_url, proxy, Elapsed(), read_seconds=0.2, connect_seconds=0.2)
    transport.post(TOKEN, "sendMessage", {"chat_id": ANYA, "text": "canary"}, None)


@pytest.mark.parametrize("peer", [hang_up, stay_silent, hang_up_after_reading, half_an_answer])
def test_a_tls_handshake_that_fails_has_sent_nothing(peer: Peer) -> None:
    with listening(peer) as address, pytest.raises(NothingSent):
        call(f"https://{address}")


@pytest.mark.parametrize("peer", [stay_silent, hang_up_after_reading, half_an_answer])
def test_a_request_that_left_and_was_not_answered_may_have_been_done(peer: Peer) -> None:
    with listening(peer) as address, pytest.raises(NoAnswer):
        call(f"http://{address}")


def test_with_nobody_there_nothing_is_sent() -> None:
    with pytest.raises(NothingSent):
        call("http://127.0.0.1:9")
    with pytest.raises(NothingSent):
        call("http://no-such-host.invalid")


@pytest.mark.parametrize("peer", [hang_up_after_reading, forbid, stay_silent])
def test_a_proxy_that_does_not_let_through_has_sent_nothing(peer: Peer) -> None:
    with listening(peer) as proxy, pytest.raises(NothingSent) as caught:
        call("https://api.telegram.org", f"http://user:proxy-password@{proxy}")

    assert "proxy-password" not in str(caught.value)


def test_a_proxy_is_used_when_it_is_set(telegram: Telegram, elapsed: Elapsed) -> None:
    seen: list[bytes] = []

    def forward(connection: socket.socket) -> None:
        seen.append(whole_request(connection))
        host, port = telegram.base.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as upstream:
            upstream.sendall(seen[0])
            while answer := upstream.recv(65536):
                connection.sendall(answer)
        connection.close()

    with listening(forward) as proxy:
        sender_to(telegram.base, elapsed, proxy=f"http://{proxy}").send_message(ANYA, "by proxy")

    assert telegram.texts(ANYA) == ["by proxy"]
    assert seen[0].startswith(b"POST http://127.0.0.1:")


def test_a_socks_proxy_is_used_and_its_handshake_is_no_request(
    telegram: Telegram, elapsed: Elapsed
) -> None:
    pytest.importorskip("socks")
    host, port = telegram.base.removeprefix("http://").split(":")

    def socks5(connection: socket.socket) -> None:
        connection.recv(512)
        connection.sendall(b"\x05\x00")
        connection.recv(512)
        connection.sendall(b"\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x00")
        with socket.create_connection((host, int(port))) as upstream:
            upstream.sendall(whole_request(connection))
            while answer := upstream.recv(65536):
                connection.sendall(answer)
        connection.close()

    with listening(socks5) as proxy:
        sender_to(telegram.base, elapsed, proxy=f"socks5h://{proxy}").send_message(ANYA, "socks")
    with listening(stay_silent) as proxy, pytest.raises(NothingSent):
        call(telegram.base, f"socks5h://{proxy}")

    assert telegram.texts(ANYA) == ["socks"]


def test_the_environments_proxies_are_not_used(
    telegram: Telegram, elapsed: Elapsed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    sender_to(telegram.base, elapsed).send_message(ANYA, "directly")

    assert telegram.texts(ANYA) == ["directly"]


def test_a_connection_is_kept_and_renewed_after_it_was_idle() -> None:
    accepted: list[bytes] = []

    def answer_each(connection: socket.socket) -> None:
        accepted.append(b"")
        while whole_request(connection):
            connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{"ok":true}')
        connection.close()

    elapsed = Elapsed()
    with listening(answer_each) as address:
        transport = Transport(f"http://{address}", None, elapsed)
        for pause in (0.0, IDLE_SECONDS - 1, IDLE_SECONDS - 1, IDLE_SECONDS + 1):
            elapsed.seconds += pause
            transport.post(TOKEN, "getMe", None, None)

    assert len(accepted) == 2


def test_trouble_is_told_without_token_text_or_address(
    telegram: Telegram, elapsed: Elapsed, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="TeleBot")
    caplog.set_level(logging.DEBUG, logger="common")
    sender = sender_to("http://127.0.0.1:9", elapsed)
    with pytest.raises(TelegramError) as away:
        sender.send_message(ANYA, "canary")
    with pytest.raises(TelegramError) as polled:
        sender.get_updates(offset=None, wait_seconds=1, kinds=[])
    telegram.fault(method="sendMessage", code=400)
    with pytest.raises(TelegramError):
        sender_to(telegram.base, elapsed).send_message(ANYA, "canary")

    assert away.value.outcome is polled.value.outcome is Outcome.UNAVAILABLE
    said = f"{away.value} {polled.value} {caplog.text}"
    assert TOKEN not in said
    assert "canary" not in said
    assert not logging.getLogger("TeleBot").handlers
