"""The hosts that tests are given: apart from each other, with a way that can be cut or spoilt."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.support.netns import Host, needs_namespaces, network
from tests.support.waiting import wait_until

pytestmark = needs_namespaces
SERVER = """
import socket
listening = socket.create_server(("::", 7), family=socket.AF_INET6, dualstack_ipv6=True)
while True:
    wire, peer = listening.accept()
    wire.sendall(peer[0].encode() + bytes(1) + bytes(200_000))
    wire.close()
"""


def reaches(one: Host, other: Host) -> bool:
    """A refusal is an answer too; nobody listens there."""
    with one.inside(), socket.socket() as probe:
        probe.settimeout(1.5)
        try:
            probe.connect((other.ipv4, 9))
        except ConnectionRefusedError:
            return True
        except OSError:
            return False
    return True


def connected(host: Host, address: str) -> socket.socket:
    """From this process, as if it ran there."""
    deadline = time.monotonic() + 20
    while True:
        try:
            with host.inside():
                return socket.create_connection((address, 7), 20)
        except ConnectionRefusedError:
            assert time.monotonic() < deadline
            time.sleep(0.05)


def said(wire: socket.socket) -> str:
    """All that comes, of which the address is told."""
    got = b""
    while part := wire.recv(65536):
        got += part
    return got.partition(bytes(1))[0].decode()


def test_hosts_see_each_other_by_their_own_addresses() -> None:
    with network("server", "anna", "boris") as hosts:
        server, anna = hosts["server"], hosts["anna"]
        server.start(sys.executable, "-c", SERVER)

        with connected(anna, server.ipv4) as wire:
            assert said(wire) == f"::ffff:{anna.ipv4}"
        with connected(anna, server.ipv6) as wire:
            assert said(wire) == anna.ipv6


def test_a_way_can_be_cut_and_joined_and_lose_all_of_its_packets() -> None:
    with network("one", "two", "three") as hosts:
        one, two, three = hosts.values()
        assert reaches(one, two)

        two.cut()
        assert not reaches(one, two)
        assert reaches(one, three)
        two.join()
        assert reaches(one, two)

        two.lose(100)
        assert not reaches(one, two)
        assert reaches(one, three)
        two.lose(0)
        assert reaches(one, two)


def test_a_slow_way_takes_its_time() -> None:
    with network("server", "anna") as hosts:
        hosts["server"].start(sys.executable, "-c", SERVER)
        with connected(hosts["anna"], hosts["server"].ipv4) as wire:
            assert said(wire)

        hosts["server"].slow(800)
        began = time.monotonic()
        with connected(hosts["anna"], hosts["server"].ipv4) as wire:
            assert said(wire)

        assert time.monotonic() - began > 1.0  # 200 kB at 100 kB/s
        hosts["server"].slow(0)


def running() -> Iterator[bytes]:
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            yield file.read_bytes()


def test_nothing_is_left_of_hosts_whatever_happens() -> None:
    seen: list[Host] = []
    nap = str(100_000 + os.getpid())

    def fail() -> None:
        with network("server") as hosts:
            seen.append(hosts["server"])
            seen[0].run("sh", "-c", f"sleep {nap} >/dev/null 2>&1 &")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    assert not list(Path("/run/netns").glob(f"{seen[0].namespace}*"))
    wait_until(lambda: all(nap.encode() not in words for words in running()))


def test_what_a_killed_run_has_left_is_cleared_by_the_next() -> None:
    dead = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"],
                          capture_output=True, check=True, text=True)  # fmt: skip
    left = f"kl{dead.stdout.strip()}-abcdef-1"
    subprocess.run(["ip", "netns", "add", left], check=True)  # noqa: S607

    with network("server"):
        pass

    assert not Path(f"/run/netns/{left}").exists()
