"""A VPN client in a few lines: VLESS over plain TCP, one request a connection."""

import re
import socket
from ipaddress import ip_address
from uuid import UUID

SECONDS = 3.0


class Refused(Exception):
    """The server closed the connection without an answer from beyond it."""


def exchange(server_port: int, core_id: str, target: tuple[str, int], payload: bytes) -> bytes:
    """Send an HTTP request to the target through the server; the answer. Raises Refused."""
    with socket.create_connection(("127.0.0.1", server_port), SECONDS) as wire:
        try:
            wire.sendall(header(core_id, *target) + payload)
            answer = _read_answer(wire)
        except (TimeoutError, ConnectionError):
            raise Refused from None
    if len(answer) < 3:
        raise Refused
    return answer[2 + answer[1] :]


def fetch(
    server_port: int, core_id: str, target: tuple[str, int], *, host: str | None = None
) -> bytes:
    """GET / there; the page's bytes. `host` is what the Host header says. Raises Refused."""
    name = host or f"{target[0]}:{target[1]}"
    request = f"GET / HTTP/1.0\r\nHost: {name}\r\n\r\n".encode()
    return exchange(server_port, core_id, target, request).partition(b"\r\n\r\n")[2]


def header(core_id: str, host: str, port: int) -> bytes:
    head = bytes([0]) + UUID(core_id).bytes + bytes([0, 1]) + port.to_bytes(2, "big")
    try:
        address = ip_address(host)
    except ValueError:
        name = host.encode()
        return head + bytes([2, len(name)]) + name
    return head + bytes([1 if address.version == 4 else 3]) + address.packed


def _read_answer(wire: socket.socket) -> bytes:
    """Until the answer is whole; the core keeps the connection for a while after that."""
    got = b""
    while not _is_whole(got) and (part := wire.recv(65536)):
        got += part
    return got


def _is_whole(got: bytes) -> bool:
    length = re.search(rb"Content-Length: (\d+)\r\n", got)
    _, end, body = got.partition(b"\r\n\r\n")
    return bool(length and end and len(body) >= int(length.group(1)))
