"""Calls over TLS to a neighbour who is the right one, or another, or speaks something else."""

import logging
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest
from pydantic import BaseModel

from common.clock import system_clock
from common.errors import Unavailable
from common.pinned_tls import normal_fingerprint
from common.service_client import ServiceClient, make_session
from common.tls_worker import server_context
from country_api import certificate
from tests.support.waiting import wait_until

OK = b'HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{"size": 1}'
Context = Callable[[], ssl.SSLContext | None]


class Thing(BaseModel):
    size: int


@dataclass
class Neighbour:
    """Shakes hands as its `context` says (None: not at all), notes all that it is then sent, and
    answers each request. `ended` counts the connections that are over.
    """

    context: ssl.SSLContext | None
    heard: list[bytes] = field(default_factory=list)
    greeted: int = 0
    ended: int = 0
    listener: socket.socket = field(
        default_factory=lambda: socket.create_server(("127.0.0.1", 0)), repr=False
    )

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.listener.getsockname()[1]}"

    def has_ended(self, times: int) -> bool:
        return self.ended == times

    def serve(self) -> None:
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            with sock, suppress(OSError):
                self._serve(sock)
            self.ended += 1

    def _serve(self, sock: socket.socket) -> None:
        if self.context:
            sock = self.context.wrap_socket(sock, server_side=True)
            self.greeted += 1
        with sock:
            while came := sock.recv(4096):
                self.heard.append(came)
                sock.sendall(OK)


@contextmanager
def neighbour(context: ssl.SSLContext | None) -> Iterator[Neighbour]:
    it = Neighbour(context)
    serving = threading.Thread(target=it.serve, daemon=True)
    serving.start()
    try:
        yield it
    finally:
        it.listener.shutdown(socket.SHUT_RDWR)
        it.listener.close()


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Each with a certificate of its own."""
    ours, other = tmp_path_factory.mktemp("ours"), tmp_path_factory.mktemp("other")
    certificate.make(ours)
    certificate.make(other)
    return ours, other


def context_of(folder: Path) -> ssl.SSLContext:
    return server_context(str(folder / "agent.crt"), str(folder / "agent.key"))


def caller(it: Neighbour, *fingerprints: str) -> ServiceClient:
    return ServiceClient(
        it.url, caller="main_api", callee="country_api", key="k" * 32, clock=system_clock,
        session=make_session(fingerprints),
    )  # fmt: skip


def refused(client: ServiceClient) -> str:
    with pytest.raises(Unavailable) as caught:
        client.get("/things", Thing)
    return caught.value.code


def test_the_right_one_is_called_over_one_connection_whatever_its_name(
    folders: tuple[Path, Path],
) -> None:
    with neighbour(context_of(folders[0])) as it:
        client = caller(it, certificate.show(folders[0]))

        assert [client.get("/things", Thing).size for _ in range(3)] == [1, 1, 1]
        assert (it.greeted, len(it.heard)) == (1, 3)


def test_another_one_hears_not_one_byte_of_the_request(folders: tuple[Path, Path]) -> None:
    ours, other = folders
    with neighbour(context_of(other)) as it:
        assert refused(caller(it, certificate.show(ours))) == "wrong_certificate"

        wait_until(lambda: it.ended == 1)
        assert (it.greeted, it.heard) == (1, [])


def test_one_of_two_fingerprints_is_enough(folders: tuple[Path, Path]) -> None:
    both = [certificate.show(folder) for folder in folders]
    for folder in folders:
        with neighbour(context_of(folder)) as it:
            assert caller(it, *both).get("/things", Thing).size == 1


def test_the_operator_is_told_once_and_again_after_the_right_one_was_there(
    folders: tuple[Path, Path], caplog: pytest.LogCaptureFixture
) -> None:
    ours, other = map(context_of, folders)
    with neighbour(other) as it, caplog.at_level(logging.ERROR):
        client = caller(it, certificate.show(folders[0]))
        for context in (other, other, ours, other, other):
            it.context = context
            if context is ours:
                client.get("/things", Thing)
                break_off(client, it)
            else:
                assert refused(client) == "wrong_certificate"

    seen = certificate.show(folders[1])
    assert len(caplog.records) == 2
    assert all(seen in record.message for record in caplog.records)


def break_off(client: ServiceClient, it: Neighbour) -> None:
    """The kept connection ends, as when the neighbour starts anew."""
    ended = it.ended
    client._adapter.close()
    wait_until(lambda: it.ended > ended)


def test_who_speaks_no_tls_13_hears_nothing_and_is_only_unreachable(
    folders: tuple[Path, Path],
) -> None:
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    old.load_cert_chain(folders[0] / "agent.crt", folders[0] / "agent.key")
    for context in (old, None):
        with neighbour(context) as it:
            assert refused(caller(it, certificate.show(folders[0]))) == "unavailable"

            wait_until(partial(it.has_ended, 1))
            assert not any(b"HTTP" in came or b"Bearer" in came for came in it.heard)


def test_a_fingerprint_is_64_hex_digits_with_or_without_colons() -> None:
    digits = "0a" * 32
    colons = ":".join(["0A"] * 32)

    assert [normal_fingerprint(it) for it in (digits, f" {digits.upper()}\n", colons)] == [
        digits
    ] * 3
    for wrong in ("", digits[1:], digits + "0", "0g" * 32, colons + ":", "sha256 " + digits):
        with pytest.raises(ValueError, match="64 hex digits"):
            normal_fingerprint(wrong)
