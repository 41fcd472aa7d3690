"""A customer far away with a real VPN program: to port 443 of a real configuration, over IPv4 and
IPv6, and from there into the world, but not into the server.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from country_api.core.config import CoreKind
from main_api.links.vless import vless_link
from sandbox.core import Core
from sandbox.vpn_client import VpnClient, connected
from tests.country_api.far_server import ID, FarServer, answers, far_server
from tests.country_api.reality import borrowed_site, reality_environ
from tests.support.core import FoundCore
from tests.support.netns import needs_namespaces
from tests.support.recorders import TcpRecorder, tcp_recorders
from tests.support.waiting import wait_until

pytestmark = needs_namespaces
AGENT = 8443
WAYS = ["ipv4", "ipv6"]


@pytest.fixture
def server(core: FoundCore, tmp_path: Path) -> Iterator[FarServer]:
    """Listening as in production: 0.0.0.0:443, which is all addresses of both kinds to Xray."""
    if core.kind is CoreKind.V2RAY:
        pytest.skip("v2ray knows no REALITY")
    with far_server(core, tmp_path, {}) as server:
        borrowed = borrowed_site(tmp_path)
        server.agent.stop()
        server.agent.core.kill()
        server.agent.environ |= reality_environ(borrowed.address)
        server.agent.environ |= {"INBOUND_LISTEN": "0.0.0.0", "INBOUND_PORT": "443"}
        server.agent.environ |= {"PUBLIC_PORT": "443"}
        try:
            server.agent.start_with_core()
            yield server
        finally:
            borrowed.close()


@pytest.fixture
def site(server: FarServer) -> Iterator[TcpRecorder]:
    with server.world.inside():
        site = TcpRecorder(80)
    yield site
    site.close()


def link(server: FarServer, way: str) -> str:
    described = server.agent.api.describe()
    return vless_link(ID, described.model_copy(update={"host": getattr(server.here, way)}), "x")


def gets(client: VpnClient, url: str) -> bool:
    try:
        return client.fetch(url) == b"hi"
    except requests.RequestException:
        return False


@pytest.mark.parametrize("way", WAYS)
def test_customers_come_over_ipv4_and_ipv6_and_leave_into_the_world(
    server: FarServer, site: TcpRecorder, tmp_path: Path, way: str
) -> None:
    xray = Core(server.agent.core.core.binary, "xray", "")
    with server.world.inside(), connected(xray, link(server, way), tmp_path) as client:
        wait_until(lambda: gets(client, f"http://{server.world.ipv4}/"), seconds=20)

    assert site.seen


def test_through_reality_and_vision_the_server_itself_is_shut(
    server: FarServer, site: TcpRecorder, tmp_path: Path
) -> None:
    xray = Core(server.agent.core.core.binary, "xray", "")
    hosts = ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", server.here.ipv4]
    hosts.append(f"[{server.here.ipv6}]")
    with tcp_recorders(AGENT) as recorders:
        with server.world.inside(), connected(xray, link(server, "ipv4"), tmp_path) as client:
            wait_until(lambda: gets(client, f"http://{server.world.ipv4}/"), seconds=20)

            assert [host for host in hosts if gets(client, f"http://{host}:{AGENT}/")] == []
            assert gets(client, f"http://{server.world.ipv4}/")

        assert recorders[AGENT].seen == []
        assert answers(server.here.ipv4, AGENT)
    assert len(site.seen) >= 2
