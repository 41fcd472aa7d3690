"""Addresses of this server itself, from the kernel's tables: plain files, which take no rights."""

import logging
import re
from collections.abc import Iterator
from ipaddress import ip_address, ip_network
from pathlib import Path

from country_api.core.rules import PRIVATE

log = logging.getLogger(__name__)
LOCAL_4 = re.compile(r"\|-- (\S+)\n\s+/32 host LOCAL")
WALLS = [ip_network(network) for network in PRIVATE]


def own_addresses(public_host: str, tables: Path = Path("/proc/net")) -> tuple[str, ...]:
    """In a steady order; private ones are left out, since everybody's are shut anyway.

    `public_host` is one of them, also where it stands on a gateway in front of this machine.
    """
    found = {*_of_ipv4(tables), *_of_ipv6(tables)}
    return (public_host, *sorted(found - {public_host}))


def _of_ipv4(tables: Path) -> Iterator[str]:
    yield from filter(_is_public, LOCAL_4.findall(_read(tables / "fib_trie")))


def _of_ipv6(tables: Path) -> Iterator[str]:
    for line in _read(tables / "if_inet6").splitlines():
        address = str(ip_address(bytes.fromhex(line.split()[0])))
        if _is_public(address):
            yield address


def _is_public(address: str) -> bool:
    return not any(ip_address(address) in wall for wall in WALLS)


def _read(table: Path) -> str:
    try:
        return table.read_text(encoding="ascii")
    except OSError as trouble:  # IPv6 may be off; PUBLIC_HOST is shut in any case
        log.info("%s cannot be read: %s", table, trouble.strerror)
        return ""
