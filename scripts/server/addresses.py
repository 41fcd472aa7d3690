"""The machine's own addresses, and whether it reaches the world over IPv6."""

import socket
from ipaddress import ip_address

from scripts.server.report import Problem

SECONDS = 5.0
PROBES = ("one.one.one.one:443", "dns.google:443")
"""Asked over IPv6 when the target has no address of that kind."""
SOMEWHERE = "198.51.100.1"  # of a range for documents: no packet is sent there


def own() -> str:
    """The address from which this machine speaks to the world; empty if it has none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        try:
            asked.connect((SOMEWHERE, 9))
        except OSError:
            return ""
        return str(asked.getsockname()[0])


def usable(address: str, *, given: bool) -> list[Problem]:
    """A private one is believed only if the operator gave it."""
    try:
        found = ip_address(address)
    except ValueError:
        what = f"{address!r} is no IP address" if address else "this machine's address is unknown"
        return [Problem(what, "give the one that customers reach: --address 203.0.113.10")]
    if given or found.is_global:
        return []
    return [
        Problem(
            f"this machine stands behind another ({address} is private)",
            "give the address that customers reach: --address 203.0.113.10",
        )
    ]


def here(host: str) -> bool:
    """Whether it is, or has, an address of this machine's own."""
    try:
        found = socket.getaddrinfo(host, 0, type=socket.SOCK_DGRAM)
    except OSError:
        return False
    return any(_own(family, str(place[0])) for family, _, _, _, place in found)


def _own(family: int, address: str) -> bool:
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((address, 0))
        except OSError:
            return False
    return True


def ipv6_works(probes: tuple[str, ...], seconds: float = SECONDS) -> bool:
    """A real connection: an address of that kind alone proves nothing."""
    return any(_reached(probe, seconds) for probe in probes)


def _reached(probe: str, seconds: float) -> bool:
    host, _, port = probe.rpartition(":")
    try:
        found = socket.getaddrinfo(host.strip("[]"), int(port), socket.AF_INET6, socket.SOCK_STREAM)
        with socket.create_connection((str(found[0][4][0]), int(port)), seconds):
            return True
    except (OSError, ValueError):
        return False


def bracketed(address: str) -> str:
    return f"[{address}]" if ":" in address else address
