"""Ending connections from outside their process, with the machine's own kernel."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from country_api.cutting.check import may, why_not
from country_api.cutting.sockets import AT_ONCE, CannotCut, Sockets
from tests.support.core import ROOT
from tests.support.fake_ss import IDLE, REFUSES, FakeSs

needs_right = pytest.mark.skipif(bool(why_not()), reason=f"cannot cut here: {why_not()}")
needs_root = pytest.mark.skipif(
    bool(os.geteuid()) or not shutil.which("setpriv"), reason="a right is given up by root only"
)
POWERLESS = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")


class Connected:
    """Connections to one listener, by where they come from."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._listening = stack.enter_context(
            socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True)
        )
        self.port = int(self._listening.getsockname()[1])

    def come(self, target: str, source: str) -> socket.socket:
        client = socket.create_connection((target, self.port), 5, source_address=(source, 0))
        self._stack.enter_context(client)
        self._stack.enter_context(self._listening.accept()[0])
        client.settimeout(0.2)
        return client


def lives(wire: socket.socket) -> bool:
    try:
        return bool(wire.recv(1))
    except TimeoutError:
        return True
    except ConnectionError:
        return False


@pytest.fixture
def connected() -> Iterator[Connected]:
    with ExitStack() as stack:
        yield Connected(stack)


@needs_right
def test_connections_from_an_address_end_and_no_others(connected: Connected) -> None:
    two = [connected.come("127.0.0.1", "127.0.0.2") for _ in range(2)]
    other = connected.come("127.0.0.1", "127.0.0.3")
    six = connected.come("::1", "::1")
    half_closed = connected.come("127.0.0.1", "127.0.0.4")
    half_closed.shutdown(socket.SHUT_WR)

    ended = Sockets(connected.port).destroy(["127.0.0.2", "127.0.0.4", "192.0.2.1"])

    assert ended == 3
    assert [lives(it) for it in (*two, other, six, half_closed)] == [
        False,
        False,
        True,
        True,
        False,
    ]
    assert Sockets(connected.port).destroy(["::1"]) == 1
    assert not lives(six)


@needs_right
def test_connections_to_another_port_are_left_alone(connected: Connected) -> None:
    client = connected.come("127.0.0.1", "127.0.0.2")

    assert Sockets(connected.port + 1).destroy(["127.0.0.2"]) == 0
    assert Sockets(connected.port + 1).destroy([]) == 0
    assert lives(client)


@needs_right
def test_hundreds_of_addresses_are_ended_together(connected: Connected) -> None:
    sources = [f"127.0.{n // 250}.{n % 250 + 2}" for n in range(AT_ONCE * 5)]
    clients = [connected.come("127.0.0.1", source) for source in sources[::50]]

    assert Sockets(connected.port).destroy(sources) == len(clients)
    assert not any(map(lives, clients))


def test_each_address_is_in_one_filter_of_moderate_length(tmp_path: Path) -> None:
    ss = FakeSs(tmp_path)
    addresses = [f"192.0.2.{n}" for n in range(AT_ONCE)] + ["2001:db8::1"]

    assert Sockets(443, ss.command).destroy([*addresses, *addresses]) == 2

    first, second = (words[-1] for words in ss.asked())
    assert all(words[:-1] == ["-KHtn", "state", "connected"] for words in ss.asked())
    assert first.startswith("( sport = :443 and ( dst 192.0.2.0 or dst 192.0.2.1 or ")
    assert (first.count("dst"), second) == (AT_ONCE, "( sport = :443 and ( dst [2001:db8::1] ) )")


@pytest.mark.parametrize("text", ["", "any", "192.0.2.1 ) or ( sport = :22", "192.0.2.0/24"])
def test_what_is_no_address_reaches_no_command(tmp_path: Path, text: str) -> None:
    ss = FakeSs(tmp_path)

    with pytest.raises(ValueError, match="address"):
        Sockets(443, ss.command).destroy([text])

    assert ss.asked() == []


def test_a_refusal_of_the_kernel_is_told_though_ss_calls_it_a_success(tmp_path: Path) -> None:
    ss = FakeSs(tmp_path)
    ss.mood(REFUSES)

    with pytest.raises(CannotCut, match="CAP_NET_ADMIN"):
        Sockets(443, ss.command).destroy(["192.0.2.1"])


def test_other_failures_are_told_without_an_address() -> None:
    with pytest.raises(CannotCut, match=r"exit code 1\)$"):
        Sockets(443, ("false",)).destroy(["192.0.2.1"])
    with pytest.raises(CannotCut, match="not installed"):
        Sockets(443, ("/nowhere/ss",)).destroy(["192.0.2.1"])


@needs_right
def test_the_check_finds_nothing_wrong_where_cutting_works() -> None:
    assert why_not() == ""


def test_the_check_tells_a_kernel_that_does_not_do_it(tmp_path: Path) -> None:
    ss = FakeSs(tmp_path)
    ss.mood(IDLE)

    assert "CONFIG_INET_DIAG_DESTROY" in why_not(ss.command)
    assert "not installed" in why_not(("/nowhere/ss",))


@needs_root
@needs_right
def test_the_check_tells_a_right_that_is_missing() -> None:
    assert "CAP_NET_ADMIN" in why_not((*POWERLESS, "ss"))


def check(*words: str) -> tuple[int, str]:
    """What an operator sees."""
    told = subprocess.run(
        [sys.executable, "-m", "country_api.cutting", *words],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return told.returncode, told.stdout


@needs_root
@needs_right
def test_the_command_tells_an_operator_whether_this_machine_and_that_process_can() -> None:
    with subprocess.Popen([*POWERLESS, "sleep", "600"]) as powerless:
        try:
            assert check() == (0, "ok\n")
            assert check(str(os.getpid())) == (0, "ok\n")
            code, said = check(str(powerless.pid))
            assert code == 1
            assert f"process {powerless.pid} lacks CAP_NET_ADMIN" in said
            assert check("0")[0] == check("agent")[0] == 1
        finally:
            powerless.kill()
    assert may(os.getpid())


@needs_root
def test_a_machine_without_a_loopback_to_try_it_on_is_told_so() -> None:
    done = subprocess.run(
        ["unshare", "--net", sys.executable, "-m", "country_api.cutting"],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (1, "")
    assert "no connection can be made here" in done.stdout
