"""A VPN client's UDP in a few lines: packets to one target, and sessions whose packets each name
their own target, as Xray's clients make them (XUDP).
"""

import socket
from ipaddress import ip_address
from typing import Self
from uuid import UUID

UDP, MUX = 2, 3
NEW, KEEP = 1, 2
WITH_DATA = 1


class UdpTunnel:
    """One VLESS connection over plain TCP; `heard` waits for an answer, b"" when none comes."""

    def __init__(self, server_port: int, core_id: str, command: int, rest: bytes = b"") -> None:
        self._wire = socket.create_connection(("127.0.0.1", server_port), 5)
        self._wire.sendall(bytes([0]) + UUID(core_id).bytes + bytes([0, command]) + rest)

    def send(self, packet: bytes) -> None:
        self._wire.sendall(packet)

    def heard(self, seconds: float) -> bytes:
        self._wire.settimeout(seconds)
        try:
            return self._wire.recv(65536)
        except (TimeoutError, ConnectionError):
            return b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._wire.close()


def one_target(server_port: int, core_id: str, host: str, port: int) -> UdpTunnel:
    return UdpTunnel(server_port, core_id, UDP, _place(host, port))


def many_targets(server_port: int, core_id: str) -> UdpTunnel:
    return UdpTunnel(server_port, core_id, MUX)


def packet(data: bytes) -> bytes:
    """For `one_target`."""
    return len(data).to_bytes(2, "big") + data


def frame(status: int, host: str, port: int, data: bytes) -> bytes:
    """For `many_targets`: the first is NEW, the others KEEP; all belong to one session."""
    meta = b"\0\1" + bytes([status, WITH_DATA, 2]) + _place(host, port)
    return len(meta).to_bytes(2, "big") + meta + packet(data)


def _place(host: str, port: int) -> bytes:
    head = port.to_bytes(2, "big")
    try:
        address = ip_address(host)
    except ValueError:
        return head + bytes([2, len(host)]) + host.encode()
    return head + bytes([1 if address.version == 4 else 3]) + address.packed
