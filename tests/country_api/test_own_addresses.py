"""The server's own addresses: found in the kernel's tables, and shut in both places."""

from ipaddress import ip_address, ip_network
from pathlib import Path
from time import monotonic

import pytest

from country_api.core.client import CoreClient
from country_api.core.config import CoreKind, CorePlan, build
from country_api.core.config_file import ConfigFile
from country_api.core.routing import Routing
from country_api.core.rules import PRIVATE
from country_api.mirror import Mirror
from country_api.own_addresses import own_addresses
from country_api.own_walls import OwnWalls
from country_api.pulse import Pulse
from country_api.store import Store
from tests.support.clock import FakeClock

FIB_TRIE = """\
Main:
  +-- 0.0.0.0/0 3 0 5
     |-- 0.0.0.0
        /0 universe UNICAST
     +-- 127.0.0.0/31 1 0 0
        |-- 127.0.0.0
           /8 host LOCAL
        |-- 127.0.0.1
           /32 host LOCAL
     |-- 45.84.1.0
        /24 link UNICAST
     |-- 45.84.1.7
        /32 host LOCAL
     |-- 45.84.1.9
        /32 host LOCAL
     |-- 45.84.1.255
        /32 link BROADCAST
     |-- 10.0.0.4
        /32 host LOCAL
"""
IF_INET6 = """\
fe8000000000000000fc00fffe000001 04 40 20 80     eth0
2a010488006600000000000000000007 02 40 00 80     eth0
00000000000000000000000000000001 01 80 10 80       lo
"""


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    (tmp_path / "fib_trie").write_text(FIB_TRIE)
    (tmp_path / "if_inet6").write_text(IF_INET6)
    return tmp_path


def test_public_addresses_of_all_interfaces_are_found_and_private_ones_are_left_to_the_walls(
    tables: Path,
) -> None:
    found = own_addresses("45.84.1.7", tables)

    assert found == ("45.84.1.7", "2a01:488:66::7", "45.84.1.9")


def test_without_ipv6_and_without_tables_the_public_host_is_left(tmp_path: Path) -> None:
    assert own_addresses("fi1.example.org", tmp_path / "absent") == ("fi1.example.org",)


def test_this_machines_own_tables_are_understood() -> None:
    assert all(ip_address(found) for found in own_addresses("203.0.113.7"))


def test_own_addresses_are_shut_when_routed_and_again_when_called() -> None:
    own = ("fi1.Example.org", "45.84.1.7", "2a01:488:66::7")

    config = build(CorePlan(CoreKind.XRAY, "unix:/a", "127.0.0.1", 443, own=own), {})

    (routed,) = [rule for rule in config["routing"]["rules"] if "ip" in rule]
    (called,) = config["outbounds"][0]["settings"]["finalRules"]
    assert {"45.84.1.7", "2a01:488:66::7"} <= set(routed["ip"])
    assert (called["action"], called["ip"]) == ("block", routed["ip"])
    (names,) = [rule["domain"] for rule in config["routing"]["rules"] if "domain" in rule]
    assert "full:fi1.example.org" in names


@pytest.mark.parametrize(
    "hidden",
    ["64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "::127.0.0.1", "2001::1", "fec0::1"],
)
def test_ipv4_addresses_hidden_in_ipv6_are_private_too(hidden: str) -> None:
    assert any(ip_address(hidden) in ip_network(network) for network in PRIVATE)


@pytest.mark.parametrize(
    "public", ["1.1.1.1", "2a00:1450:400f:80d::200e", "2001:4860:4860::8888", "64:ff9b::101:101"]
)
def test_the_world_is_not_private(public: str) -> None:
    assert not any(ip_address(public) in ip_network(network) for network in PRIVATE)


def test_an_address_that_comes_while_the_agent_starts_is_in_the_first_file(tmp_path: Path) -> None:
    plan = CorePlan(CoreKind.V2RAY, "127.0.0.1:1", "127.0.0.1", 2, own=("45.84.1.7",))
    file, client = ConfigFile(tmp_path / "core.json", plan), CoreClient(plan.api, plan.kind)
    store = Store(tmp_path / "country_api.sqlite3")
    mirror = Mirror(file, store, FakeClock())

    OwnWalls(
        read=lambda: ("45.84.1.7", "45.84.1.9"),
        file=file,
        mirror=mirror,
        routing=Routing(client, plan),
        pulse=Pulse(client, monotonic),
        monotonic=monotonic,
    )

    assert mirror.write()
    assert "45.84.1.9" in (tmp_path / "core.json").read_text()
    client.close()
    store.close()
