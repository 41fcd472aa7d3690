"""Checks of the site whose handshake REALITY borrows, and of the clock by that site's."""

import re
import socket
import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime

from common.clock import Clock
from scripts.server.commands import ask
from scripts.server.report import Problem

SECONDS = 8.0
MOST_SKEW_SECONDS = 5.0
"""An agent refuses what is signed more than 10 s off, and main has a clock, too."""
USUAL = ("addons.mozilla.org:443", "www.cisco.com:443", "www.nvidia.com:443", "www.asus.com:443")
"""Tried when the operator names none: big sites abroad with TLS 1.3 and HTTP/2."""
CHOOSE = "choose another site: --target www.example.org:443 (docs/operations/servers.md says how)"
SET_CLOCK = "most often this machine's clock is wrong: 'date' tells it, 'date -s' or NTP sets it"
NOT_NOW = (9, 10)
"""OpenSSL's X509_V_ERR_CERT_NOT_YET_VALID and X509_V_ERR_CERT_HAS_EXPIRED."""
NAME = re.compile(r"^[A-Za-z0-9.-]{1,253}$")


@dataclass(frozen=True)
class Target:
    host: str
    port: int

    def __str__(self) -> str:  # type: ignore[explicit-override]  # no typing_extensions here yet
        return f"{self.host}:{self.port}"


def parsed(text: str) -> Target:
    """Raises ValueError; without a port it is 443."""
    host, _, port = text.partition(":") if ":" in text else (text, "", "443")
    if not NAME.match(host) or not port.isdigit() or not 0 < int(port) < 65536:  # noqa: PLR2004 -- TCP ports
        raise ValueError(f"{text}: must be name:port")
    return Target(host, int(port))


def chosen(candidates: Iterable[str]) -> tuple[Target | None, list[Problem]]:
    """The first that will do; else why the last one will not."""
    problems = [Problem("there is no target for REALITY", CHOOSE)]
    for candidate in candidates:
        try:
            target = parsed(candidate)
        except ValueError as wrong:
            return None, [Problem(f"the target is no address ({wrong})", CHOOSE)]
        problems = resolves(target) or shakes_hands(target)
        if not problems:
            return target, []
    return None, problems


def resolves(target: Target) -> list[Problem]:
    try:
        socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except OSError as trouble:
        return [
            Problem(
                f"the name {target.host} cannot be resolved ({trouble.strerror or trouble})",
                "look at DNS: 'resolvectl status', or nameserver lines in /etc/resolv.conf",
            )
        ]
    return []


def shakes_hands(target: Target, seconds: float = SECONDS) -> list[Problem]:
    """TLS 1.3, HTTP/2 and a certificate of its name, as a client of REALITY expects it."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(["h2", "http/1.1"])
    try:
        with (
            socket.create_connection((target.host, target.port), seconds) as plain,
            context.wrap_socket(plain, server_hostname=target.host) as secure,
        ):
            version, protocol = secure.version(), secure.selected_alpn_protocol()
    except ssl.SSLCertVerificationError as wrong:
        told = f"the certificate of {target} does not fit: {wrong.verify_message}"
        return [Problem(told, SET_CLOCK if wrong.verify_code in NOT_NOW else CHOOSE)]
    except OSError as trouble:
        return [Problem(f"the target {target} does not answer ({trouble})", CHOOSE)]
    if version != "TLSv1.3":
        return [Problem(f"the target {target} speaks {version} only, and not TLS 1.3", CHOOSE)]
    if protocol != "h2":
        return [Problem(f"the target {target} does not speak HTTP/2", CHOOSE)]
    return []


def clock(target: Target, now: Clock, seconds: float = SECONDS) -> list[Problem]:
    """Ours beside the site's (its Date header), and whether it is kept right."""
    there = date_of(target, seconds)
    if there is not None:
        off = (now() - there).total_seconds()
        if abs(off) > MOST_SKEW_SECONDS:
            return [
                Problem(
                    f"the clock is {abs(off):.0f} s {'ahead' if off > 0 else 'behind'}",
                    "set it and keep it right: timedatectl set-ntp true, then wait a minute",
                )
            ]
    if ask("timedatectl", "show", "-p", "NTPSynchronized", "--value").out.strip() == "no":
        return [
            Problem(
                "nothing keeps the clock right",
                "apt-get install systemd-timesyncd && timedatectl set-ntp true",
                stops=there is None,
            )
        ]
    return []


def date_of(target: Target, seconds: float = SECONDS) -> datetime | None:
    """What time the site says it is, to a second; None when it does not say."""
    context = ssl.create_default_context()
    asked = f"HEAD / HTTP/1.1\r\nHost: {target.host}\r\nConnection: close\r\n\r\n"
    try:
        with (
            socket.create_connection((target.host, target.port), seconds) as plain,
            context.wrap_socket(plain, server_hostname=target.host) as secure,
        ):
            secure.sendall(asked.encode())
            head = secure.recv(16384).decode("latin-1")
    except OSError:
        return None
    said = re.search(r"^date:\s*(.+?)\s*$", head, re.IGNORECASE | re.MULTILINE)
    try:
        return parsedate_to_datetime(said[1]) if said else None
    except ValueError:
        return None
