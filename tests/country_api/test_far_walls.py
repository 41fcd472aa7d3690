"""What a VPN user tries to reach on the server's own host, which has an interface for each
forbidden address and a listener on all of them that would tell.
"""

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from country_api.core.config import CoreKind
from tests.country_api.far_server import ID, FarServer, answers, far_server
from tests.support.core import FoundCore
from tests.support.netns import needs_namespaces
from tests.support.recorders import TcpRecorder, UdpRecorder, tcp_recorders
from tests.support.vless import Refused, exchange
from tests.support.vless_udp import KEEP, NEW, frame, many_targets, one_target, packet
from tests.support.waiting import wait_until

pytestmark = needs_namespaces

SSH, SHOP, AGENT, DATABASE = 22, 8001, 8443, 27017
DNS, PLAIN = 53, 5353
ADDED = [
    "169.254.169.254",
    "10.0.0.5",
    "100.100.100.200",
    "45.84.1.9",
    "fd00:ec2::254",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "2a0f:9999::9",
]
"""Cloud metadata, private networks, IPv4 hidden in IPv6, and more of the server's own addresses."""
LITERAL = ["127.0.0.1", "127.8.9.1", "::1", *ADDED]
OTHERS = [
    "0.0.0.0",
    "::",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::127.0.0.1",
    "127.1",
    "2130706433",
    "0x7f.1",
    "017700000001",
    "127.0.0.1.",
    "[::1]",
    "::1%lo",
]
FROM_HOSTS_FILE = [
    "localhost",
    "LOCALHOST.",
    "ip6-localhost",
    "vps7",
    "vps7.provider.example",
    "fi1.provider.example",
]
RESOLVED = {
    "loop.example": ["127.0.0.1"],
    "loop6.example": ["::1"],
    "mapped.example": ["::ffff:127.0.0.1"],
    "nat64.example": ["64:ff9b::7f00:1"],
    "cloud.example": ["169.254.169.254"],
    "metadata.google.internal": ["169.254.169.254"],
    "printer.lan": ["10.0.0.5"],
}
CHANGING = "changing.example"


@pytest.fixture
def server(core: FoundCore, tmp_path: Path) -> Iterator[FarServer]:
    environ: dict[str, str] = {}
    if core.kind is CoreKind.XRAY:  # as v2ray's, where a tunnel could lead to
        environ["CORE_API"] = "127.0.0.1:10085"
    with far_server(core, tmp_path, environ, _changing()) as server:
        yield server


def _changing() -> dict[str, list[list[str]]]:
    """Somebody's own name server: the first answer is harmless, the next is not."""
    return {CHANGING: [["11.22.33.2"], ["127.0.0.1"]]}


@pytest.fixture
def walled(server: FarServer) -> FarServer:
    """With all addresses and names in place. The addresses come after the agent's start but for
    the server's own, which it has to know.
    """
    for address in ADDED:
        server.here.add_address(f"{address}/{128 if ':' in address else 32}")
    mixed = {"mixed.example": ["127.0.0.1", server.world.ipv4]}
    own = {"own.example": [server.here.ipv4], "own6.example": [server.here.ipv6]}
    server.names.zone |= RESOLVED | mixed | own
    server.agent.stop()
    server.agent.core.kill()
    server.agent.start_with_core()
    return server


@contextmanager
def udp_recorders(server: FarServer) -> Iterator[tuple[UdpRecorder, UdpRecorder]]:
    """One on every address of the server's host, and one in the world."""
    with server.world.inside():
        world = UdpRecorder(PLAIN)
    here = UdpRecorder(DNS)
    try:
        yield here, world
    finally:
        here.close()
        with server.world.inside():
            world.close()


def get_in(server: FarServer, host: str, port: int) -> bool:
    try:
        return bool(exchange(server.agent.port, ID, (host, port), b"nothing to sniff"))
    except Refused:
        return False


def all_places(server: FarServer) -> list[str]:
    own = [server.here.ipv4, server.here.ipv6, f"::ffff:{server.here.ipv4}"]
    names = [name for name in server.names.zone if name != CHANGING]
    return [*LITERAL, *OTHERS, *FROM_HOSTS_FILE, *own, *names]


def test_nothing_on_the_servers_own_host_is_reached_under_any_name_or_address(
    walled: FarServer,
) -> None:
    own = [walled.here.ipv4, walled.here.ipv6]
    with tcp_recorders(SSH, SHOP, AGENT, DATABASE) as recorders:
        tries = [(host, DATABASE) for host in all_places(walled)]
        tries += [(host, port) for host in (*LITERAL, *own) for port in (SSH, SHOP, AGENT)]

        with ThreadPoolExecutor(32) as pool:
            reached = pool.map(lambda place: get_in(walled, *place), tries)
            assert [place for place, got in zip(tries, reached, strict=True) if got] == []

        assert {port: it.seen for port, it in recorders.items() if it.seen} == {}
        # each of them would have told
        assert all(answers(address, port) for address in (*LITERAL, *own) for port in recorders)
        assert all(len(it.seen) == len(LITERAL) + len(own) for it in recorders.values())


def test_the_world_is_reached_by_address_and_by_name(walled: FarServer) -> None:
    walled.names.zone["site.example"] = [walled.world.ipv4, walled.world.ipv6]
    with walled.world.inside():
        site = TcpRecorder(8080)
    try:
        for host in (walled.world.ipv4, walled.world.ipv6, "site.example"):
            # v2ray is told of its user anew now and then, with a gap of milliseconds
            wait_until(partial(get_in, walled, host, 8080))
    finally:
        site.close()
    assert {f"::ffff:{walled.world.ipv4}", walled.world.ipv6} == set(site.seen)


def test_a_name_that_changes_its_address_between_two_looks_leads_nowhere(
    walled: FarServer,
) -> None:
    if walled.agent.core.core.kind is CoreKind.V2RAY:
        pytest.skip("v2ray does not look at the address it calls (ADR 0004)")
    with tcp_recorders(DATABASE) as recorders:
        assert not get_in(walled, CHANGING, DATABASE)

    assert walled.names.asked[CHANGING, 4] >= 2
    assert recorders[DATABASE].seen == []


def test_the_cores_own_api_is_not_reached_though_it_listens_on_tcp(walled: FarServer) -> None:
    port = int(walled.agent.environ["CORE_API"].rpartition(":")[2])
    hello = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])
    hosts = ["127.0.0.1", "::ffff:127.0.0.1", "localhost", "loop.example", walled.here.ipv4]
    with socket.create_connection(("127.0.0.1", port), 5) as direct:
        direct.sendall(hello)
        assert direct.recv(9)  # so it answers whoever gets there

    def speak(host: str) -> bytes:
        try:
            return exchange(walled.agent.port, ID, (host, port), hello)
        except Refused:
            return b""

    with ThreadPoolExecutor(len(hosts)) as pool:
        assert list(pool.map(speak, hosts)) == [b""] * len(hosts)


def test_no_packet_of_udp_arrives_either(walled: FarServer) -> None:
    places = [*LITERAL, "::ffff:127.0.0.1", "localhost", "loop.example", walled.here.ipv4]

    def send(host: str, port: int = DNS) -> bytes:
        with one_target(walled.agent.port, ID, host, port) as tunnel:
            tunnel.send(packet(b"for " + host.encode()))
            return tunnel.heard(2)

    with udp_recorders(walled) as (here, world):
        with ThreadPoolExecutor(len(places)) as pool:
            assert [got for got in pool.map(send, places) if got] == []
        assert here.seen == []
        assert send(walled.world.ipv4, PLAIN)
        assert len(world.seen) == 1


def test_a_session_of_udp_that_began_in_the_world_does_not_turn_inwards(walled: FarServer) -> None:
    if walled.agent.core.core.kind is CoreKind.V2RAY:
        pytest.skip("v2ray knows no sessions with many targets")
    places = [*LITERAL, "::ffff:127.0.0.1", "localhost", "loop.example", walled.here.ipv4]
    with (
        udp_recorders(walled) as (here, world),
        many_targets(walled.agent.port, ID) as tunnel,
    ):
        tunnel.send(frame(NEW, walled.world.ipv4, PLAIN, b"first"))
        assert tunnel.heard(9)
        for host in places:
            tunnel.send(frame(KEEP, host, DNS, b"for " + host.encode()))
        tunnel.send(frame(KEEP, walled.world.ipv6, PLAIN, b"last"))
        while tunnel.heard(3):
            pass

        assert world.seen == [b"first", b"last"]
        assert here.seen == []
