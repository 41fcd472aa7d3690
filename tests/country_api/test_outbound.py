"""IPv6 first only where it works: decided once, kept, told, and tried on real sockets."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from country_api.outbound import Choice, Outbound, ipv6_works
from tests.support.clock import FakeClock
from tests.support.core import ROOT


class World:
    """Whether IPv6 works there, and how often that was tried."""

    def __init__(self, *, ipv6: bool) -> None:
        self.ipv6 = ipv6
        self.tries = 0

    def works(self) -> bool:
        self.tries += 1
        return self.ipv6


def outbound(folder: Path, world: World, choice: Choice = "auto") -> Outbound:
    return Outbound(folder, choice, FakeClock(), world.works)


@pytest.mark.parametrize(("ipv6", "strategy"), [(True, "ForceIPv6v4"), (False, "ForceIPv4")])
def test_the_first_start_decides_and_later_ones_keep_to_it(
    tmp_path: Path, *, ipv6: bool, strategy: str
) -> None:
    world = World(ipv6=ipv6)
    assert outbound(tmp_path, world).strategy() == strategy

    world.ipv6 = not ipv6

    assert outbound(tmp_path, world).strategy() == strategy
    assert world.tries == 1


def test_a_new_decision_is_made_when_asked_for(tmp_path: Path) -> None:
    world = World(ipv6=True)
    outbound(tmp_path, world).strategy()
    world.ipv6 = False

    outbound(tmp_path, world).decide()

    assert outbound(tmp_path, world).strategy() == "ForceIPv4"


def test_the_operators_word_stands_and_nothing_is_tried(tmp_path: Path) -> None:
    world = World(ipv6=True)

    assert outbound(tmp_path, world, "UseIPv4").strategy() == "UseIPv4"

    assert (world.tries, list(tmp_path.iterdir())) == (0, [])


def test_a_spoilt_file_is_decided_anew(tmp_path: Path) -> None:
    (tmp_path / "outbound.json").write_text('{"strategy": "ForceIPv9"')

    assert outbound(tmp_path, World(ipv6=False)).strategy() == "ForceIPv4"


@pytest.mark.parametrize(
    ("choice", "before", "now", "fits", "said"),
    [
        ("auto", True, True, True, "outbound: ForceIPv6v4 (decided by a trial of IPv6 on "),
        ("auto", False, False, True, "IPv6 does not work"),
        ("auto", True, False, False, "sites that have IPv6 cannot be opened. If it stays so: `"),
        ("auto", False, True, False, "IPv6 works, and is not used."),
        ("ForceIPv4", True, True, True, "outbound: ForceIPv4 (set by OUTBOUND_STRATEGY); IPv6 wo"),
        ("ForceIPv6v4", True, False, False, "Set OUTBOUND_STRATEGY to ForceIPv4 or auto"),
        ("ForceIPv4v6", True, False, True, "IPv6 does not work"),
    ],
)
def test_it_tells_whether_what_is_in_force_still_fits(
    tmp_path: Path, choice: Choice, said: str, *, before: bool, now: bool, fits: bool
) -> None:
    world = World(ipv6=before)
    outbound(tmp_path, world, choice).strategy()
    world.ipv6 = now

    verdict, told = outbound(tmp_path, world, choice).report()

    assert verdict is fits
    assert said in told


def test_the_day_of_the_decision_is_told(tmp_path: Path) -> None:
    clock = FakeClock()
    day = f"{clock():%Y-%m-%d %H:%M}"
    Outbound(tmp_path, "auto", clock, World(ipv6=True).works).strategy()
    clock.now += timedelta(days=40)

    told = Outbound(tmp_path, "auto", clock, World(ipv6=True).works).report()[1]

    assert day in told


@pytest.fixture
def answering() -> Iterator[tuple[str, int]]:
    try:
        server = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError:
        pytest.skip("no IPv6 loopback here")
    with server:
        yield server.getsockname()[:2]


def test_ipv6_works_when_one_of_those_tried_answers(answering: tuple[str, int]) -> None:
    silent = ("100::1", 443)  # the prefix that swallows all

    assert ipv6_works([silent, answering], seconds=1)


def test_ipv6_does_not_work_when_nobody_answers(answering: tuple[str, int]) -> None:
    with socket.socket(socket.AF_INET6) as deaf:
        deaf.bind((answering[0], 0))  # held, and nobody listens

        assert not ipv6_works([deaf.getsockname()[:2], ("100::1", 443)], seconds=0.5)


def test_the_command_tells_by_its_exit_whether_all_is_well(tmp_path: Path) -> None:
    environ = os.environ | {"STATE_DIR": str(tmp_path), "OUTBOUND_STRATEGY": "ForceIPv4"}  # noqa: TID251 -- for PATH
    command = [sys.executable, "-m", "country_api.outbound"]

    done = subprocess.run(
        command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("outbound: ForceIPv4 (set by OUTBOUND_STRATEGY)")
