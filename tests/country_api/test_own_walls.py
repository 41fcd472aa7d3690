"""An address that the server gets while it runs is shut to its customers without a restart."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from common.settings import load
from country_api.core.config import CoreKind
from country_api.core.routing import Routing
from country_api.settings import CountrySettings
from tests.country_api.far_server import ID, FarServer, answers, far_server
from tests.support.core import FoundCore
from tests.support.netns import needs_namespaces
from tests.support.recorders import tcp_recorders
from tests.support.streams import Spring, Stream, spring
from tests.support.vless import Refused, exchange
from tests.support.waiting import wait_until

pytestmark = needs_namespaces
SSH = 22
NEW = {"45.84.1.50": 32, "2a0f:9999::50": 128}
NAME = "late.example"


@pytest.fixture
def server(core: FoundCore, tmp_path: Path) -> Iterator[FarServer]:
    if core.kind is CoreKind.V2RAY:
        pytest.skip("v2ray takes no rules while it runs")
    with far_server(core, tmp_path, {}) as server:
        server.names.zone[NAME] = list(NEW)
        yield server


@pytest.fixture
def site(server: FarServer) -> Iterator[Spring]:
    with ExitStack() as closing:
        with server.world.inside():
            site = closing.enter_context(spring(server.world.ipv4))
        yield site


def get_in(server: FarServer, host: str) -> bool:
    try:
        return bool(exchange(server.agent.port, ID, (host, SSH), b"nothing to sniff"))
    except Refused:
        return False


def in_file(server: FarServer) -> set[str]:
    """What both walls of the core's file shut."""
    config = json.loads(server.agent.core.config.read_text())
    (routed,) = [rule for rule in config["routing"]["rules"] if "ip" in rule]
    (called,) = config["outbounds"][0]["settings"]["finalRules"]
    return set(routed["ip"]) & set(called["ip"])


def test_new_addresses_are_shut_while_a_download_goes_on(server: FarServer, site: Spring) -> None:
    stream = Stream(server.agent.port, ID, site.address)
    assert stream.runs()
    with tcp_recorders(SSH) as recorders:
        for address, prefix in NEW.items():
            server.here.add_address(f"{address}/{prefix}")

        wait_until(lambda: in_file(server) >= NEW.keys(), 60)
        wait_until(lambda: not any(get_in(server, host) for host in (*NEW, NAME)), 60)

        seen = len(recorders[SSH].seen)
        assert not any(get_in(server, host) for host in (*NEW, NAME))
        assert len(recorders[SSH].seen) == seen
        assert all(answers(address, SSH) for address in NEW)  # each of them would have told
    assert stream.runs()
    stream.close()


def test_a_core_from_an_older_file_is_told_of_all_addresses(server: FarServer) -> None:
    wait_until(lambda: "u1" in server.agent.file_users(), 60)
    old = server.agent.core.config.read_text()
    for address, prefix in NEW.items():
        server.here.add_address(f"{address}/{prefix}")
    wait_until(lambda: in_file(server) >= NEW.keys(), 60)
    server.agent.stop()
    server.agent.core.kill()
    server.agent.core.config.write_text(old)
    server.agent.core.start()
    with tcp_recorders(SSH):
        assert all(get_in(server, address) for address in NEW)

        server.agent.start()

        wait_until(lambda: not any(get_in(server, host) for host in (*NEW, NAME)), 60)


def test_the_same_may_be_shut_again_and_all_else_stays_open(
    server: FarServer, site: Spring
) -> None:
    deps = server.agent.deps
    assert deps
    routing = Routing(deps.client, load(CountrySettings, server.agent.environ).plan())
    for _ in range(2):
        routing.shut([server.world.ipv6, "11.22.33.200"])

    stream = Stream(server.agent.port, ID, site.address)

    assert stream.runs()
    stream.close()
