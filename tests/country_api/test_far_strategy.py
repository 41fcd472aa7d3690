"""By which address a user of a real Xray leaves: a name with both, a name with IPv4 alone, and a
server whose IPv6 is broken. The sites remember who came.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from country_api.core.config import CoreKind
from country_api.outbound import Outbound, ipv6_works
from tests.country_api.far_server import ID, FarServer, far_server
from tests.support.clock import FakeClock
from tests.support.core import FoundCore
from tests.support.netns import needs_namespaces
from tests.support.recorders import TcpRecorder
from tests.support.vless import Refused, exchange, fetch
from tests.support.waiting import wait_until

pytestmark = needs_namespaces

PORT = 80
BOTH, OLD, NEW = "both.example", "old.example", "new.example"
WORKING, BROKEN = "works", "is broken"


@contextmanager
def served(core: FoundCore, folder: Path, strategy: str) -> Iterator[FarServer]:
    if core.kind is CoreKind.V2RAY:
        pytest.skip("v2ray knows none of the strategies that force an address")
    with far_server(core, folder, {"OUTBOUND_STRATEGY": strategy}) as server:
        four, six = server.world.ipv4, server.world.ipv6
        server.names.zone |= {BOTH: [four, six], OLD: [four], NEW: [six]}
        yield server


@contextmanager
def sites(server: FarServer) -> Iterator[list[str]]:
    """One on each address of the world; the addresses by which visitors came."""
    with server.world.inside():
        both = [TcpRecorder(PORT, host) for host in (server.world.ipv4, server.world.ipv6)]
    seen: list[str] = []
    for site in both:
        site.seen = seen
    try:
        yield seen
    finally:
        for site in both:
            site.close()


def lose_ipv6(server: FarServer) -> None:
    """As where a provider gives an address and no way out."""
    server.here.run("ip", "-6", "route", "replace", "unreachable", f"{server.world.ipv6}/128")


def visit(server: FarServer, name: str) -> bool:
    try:
        return bool(fetch(server.agent.port, ID, (name, PORT)))
    except Refused:
        return False


@pytest.mark.parametrize(
    ("strategy", "ipv6", "name", "by"),
    [
        ("ForceIPv6v4", WORKING, BOTH, "ipv6"),
        ("ForceIPv6v4", WORKING, OLD, "ipv4"),
        ("ForceIPv6v4", WORKING, NEW, "ipv6"),
        ("ForceIPv6v4", BROKEN, OLD, "ipv4"),
        ("ForceIPv6v4", BROKEN, BOTH, None),  # no second try: why it is not for every server
        ("ForceIPv4", BROKEN, BOTH, "ipv4"),
        ("ForceIPv4", WORKING, BOTH, "ipv4"),
        ("ForceIPv4", WORKING, NEW, None),
    ],
)
def test_the_address_by_which_users_leave(
    core: FoundCore, tmp_path: Path, strategy: str, ipv6: str, name: str, by: str | None
) -> None:
    with served(core, tmp_path, strategy) as server, sites(server) as seen:
        if ipv6 == BROKEN:
            lose_ipv6(server)

        assert visit(server, name) is (by is not None)

        assert seen == ([getattr(server.world, by)] if by else [])


def test_a_program_that_asks_for_an_address_leaves_by_ipv6_too_if_it_names_the_site(
    core: FoundCore, tmp_path: Path
) -> None:
    request = f"GET / HTTP/1.1\r\nHost: {BOTH}\r\n\r\n".encode()
    with served(core, tmp_path, "ForceIPv6v4") as server, sites(server) as seen:
        assert exchange(server.agent.port, ID, (server.world.ipv4, PORT), request)

        assert seen == [server.world.ipv6]


@pytest.mark.parametrize(("ipv6", "by"), [(WORKING, "ipv6"), (BROKEN, "ipv4")])
def test_a_server_that_decides_by_a_trial_reaches_a_name_with_both_either_way(
    core: FoundCore, tmp_path: Path, ipv6: str, by: str
) -> None:
    with served(core, tmp_path, "ForceIPv6v4") as server, sites(server) as seen:
        if ipv6 == BROKEN:
            lose_ipv6(server)
        works = ipv6_works([(server.world.ipv6, PORT)])
        assert works is (ipv6 == WORKING)
        seen.clear()
        server.agent.stop()
        server.agent.core.kill()
        server.agent.environ["OUTBOUND_STRATEGY"] = "auto"
        decide(server, works=works)
        server.agent.start_with_core()

        wait_until(lambda: visit(server, BOTH))

        assert set(seen) == {getattr(server.world, by)}  # the trial itself may be seen late


def decide(server: FarServer, *, works: bool) -> None:
    """As the agent's first start does, with this world in the place of the great one."""
    Outbound(server.agent.directory, "auto", FakeClock(), lambda: works).decide()
