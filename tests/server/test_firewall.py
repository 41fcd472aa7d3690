"""The table in nftables: who reaches the agent, what the core reaches, and what differs is told."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from scripts.server import addresses, firewall
from scripts.server import firewall_rules as texts
from scripts.server.firewall_rules import Wanted
from scripts.server.layout import Layout

needs_nft = pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("nft") or not shutil.which("ip"),
    reason="only root with nftables can load rules: the firewall was NOT TRIED",
)
CORE, OTHER = 64001, 64002
WANTED = Wanted(8443, ("2001:db8::9", "203.0.113.9"), CORE)
ASK = """
import socket, sys
host, port, kind = sys.argv[1], int(sys.argv[2]), sys.argv[3]
with socket.socket(socket.AF_INET, getattr(socket, kind)) as asked:
    asked.settimeout(1.5)
    try:
        asked.connect((host, port))
        asked.send(b"hello")
        print(asked.recv(5).decode())
    except OSError:
        print("nothing")
"""
ECHO = """
import socket, sys, threading
def answer_stream(server):
    while True:
        with server.accept()[0] as one:
            one.sendall(one.recv(5))
def answer_datagrams(server):
    while True:
        server.sendto(*server.recvfrom(5))
def bound():
    for one in sys.argv[1:]:
        kind, port = one.split(":")
        server = socket.socket(type=getattr(socket, kind))
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(("0.0.0.0", int(port)))
        if kind == "SOCK_STREAM":
            server.listen()
        yield answer_stream if kind == "SOCK_STREAM" else answer_datagrams, server
for answer, server in list(bound()):
    threading.Thread(target=answer, args=[server]).start()
print("ready", flush=True)
"""


@pytest.fixture
def namespace() -> Iterator[str]:
    name = f"keyland-{uuid4().hex[:8]}"
    subprocess.run(["ip", "netns", "add", name], check=True)  # noqa: S607
    inside(name, "ip", "link", "set", "lo", "up")
    inside(name, "sh", "-c", "echo 0 > /proc/sys/net/ipv4/ip_unprivileged_port_start")
    yield name
    subprocess.run(["ip", "netns", "delete", name], check=True)  # noqa: S607


def inside(namespace: str, *words: str) -> str:
    command = ["ip", "netns", "exec", namespace, *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def load(namespace: str, wanted: Wanted, folder: Path) -> None:
    file = folder / "firewall.nft"
    file.write_text(texts.rules(wanted))
    inside(namespace, "nft", "-f", str(file))


def told(namespace: str) -> str:
    return inside(namespace, "nft", "-s", "list", "table", *texts.TABLE)


@needs_nft
def test_rules_can_be_loaded_again_and_again_and_leave_those_of_others(
    tmp_path: Path, namespace: str
) -> None:
    inside(namespace, "nft", "add table inet theirs")
    for _ in range(2):
        load(namespace, WANTED, tmp_path)

    rules = told(namespace)

    assert inside(namespace, "nft", "list", "tables").splitlines() == [
        "table inet theirs",
        "table inet keyland",
    ]
    assert rules.count("tcp dport 8443 drop") == 1
    assert "ip saddr 203.0.113.9 accept" in rules
    assert "ip6 saddr 2001:db8::9 accept" in rules
    assert "policy accept" in rules
    assert "dport 22" not in rules


@needs_nft
def test_on_this_machine_the_core_reaches_the_name_server_alone_and_answers_at_its_port(
    tmp_path: Path, namespace: str
) -> None:
    load(namespace, WANTED, tmp_path)
    listeners = ["SOCK_STREAM:8443", "SOCK_STREAM:53", "SOCK_DGRAM:53", "SOCK_DGRAM:9000"]
    with (
        echo(namespace, OTHER, *listeners),
        echo(namespace, CORE, "SOCK_STREAM:443"),
    ):
        heard = {
            (user, kind, port): ask(namespace, user, port, kind)
            for user, kind, port in (
                (CORE, "SOCK_STREAM", 8443),
                (CORE, "SOCK_DGRAM", 9000),
                (CORE, "SOCK_STREAM", 53),
                (CORE, "SOCK_DGRAM", 53),
                (OTHER, "SOCK_STREAM", 8443),
                (OTHER, "SOCK_DGRAM", 9000),
                (OTHER, "SOCK_STREAM", 443),
            )
        }

    assert [place for place, what in heard.items() if what == "nothing"] == [
        (CORE, "SOCK_STREAM", 8443),
        (CORE, "SOCK_DGRAM", 9000),
    ]


@needs_nft
def test_a_site_on_this_machine_may_be_the_one_whose_handshake_is_borrowed(
    tmp_path: Path, namespace: str
) -> None:
    load(namespace, Wanted(8443, core=CORE, target_here=8444), tmp_path)
    with echo(namespace, OTHER, "SOCK_STREAM:8444"):
        assert ask(namespace, CORE, 8444, "SOCK_STREAM") == "hello"


@needs_nft
def test_rules_in_force_are_compared_with_those_that_should_be(
    tmp_path: Path, namespace: str
) -> None:
    load(namespace, WANTED, tmp_path)
    wanted = texts.as_nft_tells(texts.rules(WANTED))
    assert wanted is not None
    assert texts.differences(wanted, told(namespace)) == []

    load(namespace, Wanted(8443, ("203.0.113.66",), CORE), tmp_path)
    inside(namespace, "nft", "insert rule inet keyland core accept")

    assert texts.differences(wanted, told(namespace)) == [
        "not in force: chain input: tcp dport 8443 ip6 saddr 2001:db8::9 accept",
        "not in force: chain input: tcp dport 8443 ip saddr 203.0.113.9 accept",
        "in force, but not ours: chain input: tcp dport 8443 ip saddr 203.0.113.66 accept",
        "in force, but not ours: chain core: accept",
    ]


def test_the_same_rules_in_another_order_are_told() -> None:
    one = "chain core {\naccept\ndrop\n}\n"
    assert texts.differences(one, one.replace("accept\ndrop", "drop\naccept")) == [
        "they are in another order, or more than once"
    ]


def test_the_same_rule_in_another_chain_is_another_rule() -> None:
    wanted, there = (
        "chain core {\ndrop\n}\nchain input {\n}",
        "chain core {\n}\nchain input {\ndrop\n}",
    )
    assert texts.differences(wanted, there) == [
        "not in force: chain core: drop",
        "in force, but not ours: chain input: drop",
    ]


def ask(namespace: str, user: int, port: int, kind: str) -> str:
    return inside(namespace, *as_user(user), "-c", ASK, "127.0.0.1", str(port), kind).strip()


@contextmanager
def echo(namespace: str, user: int, *listeners: str) -> Iterator[None]:
    """Servers of that user in the namespace, which send back what they get."""
    command = ["ip", "netns", "exec", namespace, *as_user(user), "-c", ECHO, *listeners]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as servers:
        try:
            assert servers.stdout
            assert servers.stdout.readline() == b"ready\n"
            yield
        finally:
            servers.kill()


def as_user(number: int) -> tuple[str, ...]:
    python = str(Path(sys.executable).resolve())
    return "setpriv", f"--reuid={number}", "--clear-groups", python


def test_without_an_address_of_the_shop_nobody_is_shut_out() -> None:
    assert "drop" not in texts.rules(Wanted(8443))


def test_where_another_program_looks_after_the_ports_our_table_is_about_the_core_alone() -> None:
    text = texts.rules(Wanted(8443, ("203.0.113.9",), CORE, inbound=False))

    assert "hook input" not in text
    assert f"skuid {CORE}" in text
    assert texts.main_in(text) == ("203.0.113.9",)


def test_the_addresses_of_the_shop_are_kept_from_one_run_to_the_next(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    assert firewall.main_addresses(layout) == ()
    layout.rules.parent.mkdir(parents=True)
    wanted = texts.addresses(("203.0.113.9", "2001:DB8::9", "203.0.113.9"))

    layout.rules.write_text(texts.rules(Wanted(8443, wanted)))
    assert firewall.main_addresses(layout) == wanted == ("2001:db8::9", "203.0.113.9")

    layout.rules.write_text("tcp dport 8443 ip saddr 203.0.113.9 accept\n")  # of an older release
    assert firewall.main_addresses(layout) == ("203.0.113.9",)


def test_a_site_on_this_machine_is_known_by_its_address() -> None:
    assert addresses.here("127.0.0.1")
    assert not addresses.here("198.51.100.1")
    assert not addresses.here("no-such-name.invalid")


@pytest.mark.parametrize("name", ["ufw", "firewalld"])
def test_where_another_program_looks_after_the_rules_its_own_commands_are_told(name: str) -> None:
    said = "\n".join(firewall.advice(name, 8443, ("203.0.113.9",)))

    assert "443/tcp" in said
    assert "203.0.113.9" in said
    assert "8443" in said
