"""The supervisor when processes die, are stopped, and when it is killed itself."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.guard import marked
from sandbox.keeper import Process
from tests.sandbox.house import FAMILY, SLEEPER, STUBBORN, House, alive, until

ROOT = Path(__file__).parents[2]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    opened = House(tmp_path)
    yield opened
    for supervisor in opened.opened:
        supervisor.stop_all(seconds=0.5)


def test_a_killed_child_is_started_again_and_counted(house: House) -> None:
    supervisor = house.supervise(house.process("one", SLEEPER))
    supervisor.start_all()
    first = supervisor.pid("one")

    assert supervisor.kill("one")
    until(lambda: supervisor.pid("one") not in {0, first})

    assert not alive(first)
    assert supervisor.restarts("one") == 1


def test_a_child_killed_from_outside_is_started_again(house: House) -> None:
    supervisor = house.supervise(house.process("one", SLEEPER))
    supervisor.start_all()
    first = supervisor.pid("one")

    os.kill(first, signal.SIGKILL)

    until(lambda: supervisor.pid("one") not in {0, first})
    assert supervisor.restarts("one") == 1


def test_what_a_dead_child_left_in_its_group_is_gone_before_it_returns(house: House) -> None:
    supervisor = house.supervise(house.process("family", FAMILY))
    supervisor.start_all()
    first = supervisor.pid("family")

    def group() -> list[int]:
        return [pid for pid in marked(supervisor._mark) if os.getpgid(pid) == first]

    until(lambda: (len(marked(supervisor._mark)), len(group())) == (3, 2))
    left = group()

    os.kill(first, signal.SIGKILL)

    until(lambda: supervisor.pid("family") not in {0, first})
    assert not any(alive(pid) for pid in left)


def test_a_child_that_keeps_dying_is_started_ever_more_slowly(house: House) -> None:
    supervisor = house.supervise(house.process("hasty", "print('born', flush=True)"))
    supervisor.start("hasty")

    time.sleep(1.2)

    # pauses of 0.1, 0.2, 0.4, 0.8 s: the fourth birth is at 0.7 s at the earliest
    assert 2 <= house.log("hasty").count("born") <= 4


def test_a_stopped_child_stays_down_until_it_is_started(house: House) -> None:
    supervisor = house.supervise(house.process("one", SLEEPER))
    supervisor.start_all()
    first = supervisor.pid("one")

    supervisor.stop("one")
    time.sleep(0.2)
    assert (supervisor.pid("one"), alive(first)) == (0, False)
    assert not supervisor.kill("one")

    supervisor.start("one")
    assert alive(supervisor.pid("one"))
    assert supervisor.restarts("one") == 0


def test_a_child_deaf_to_sigterm_is_killed(house: House) -> None:
    supervisor = house.supervise(house.process("deaf", STUBBORN))
    supervisor.start_all()
    until(lambda: "deaf" in house.log("deaf"))
    pid = supervisor.pid("deaf")

    supervisor.stop("deaf", seconds=0.1)

    assert not alive(pid)


def test_a_program_that_is_away_for_a_while_is_started_when_it_is_back(house: House) -> None:
    program, hidden = house.folder / "program", house.folder / "hidden"
    program.write_text("#!/bin/sh\nexec sleep 600\n")
    program.chmod(0o755)
    process = Process("away", (str(program),), {}, house.folder, house.folder / "log")
    supervisor = house.supervise(process)
    supervisor.start_all()

    program.rename(hidden)
    supervisor.kill("away")
    until(lambda: supervisor.restarts("away") >= 2)
    assert supervisor.pid("away") == 0
    hidden.rename(program)

    until(lambda: supervisor.pid("away"))


def test_stopping_all_leaves_nobody_behind(house: House) -> None:
    codes = {"family": FAMILY, "deaf": STUBBORN, "one": SLEEPER}
    supervisor = house.supervise(*(house.process(*it) for it in codes.items()))
    supervisor.start_all()
    until(lambda: len(marked(supervisor._mark)) == 5)

    supervisor.stop_all(seconds=0.3)

    assert marked(supervisor._mark) == []


SUPERVISED = """
import sys, time
from pathlib import Path
from sandbox.keeper import Process
from sandbox.supervisor import Supervisor
folder = Path(sys.argv[1])
argv = (sys.executable, "-I", "-S", "-c", sys.argv[2])
names = ("one", "two")
processes = [Process(n, argv, {}, folder, folder / n) for n in names]
supervisor = Supervisor(processes, {}, folder)
supervisor.start_all()
print(supervisor._mark, flush=True)
time.sleep(600)
"""


def test_kill_9_of_the_supervisor_leaves_nobody_and_no_folder_behind(tmp_path: Path) -> None:
    """Not even grandchildren that had left their session."""
    with subprocess.Popen(
        [sys.executable, "-c", SUPERVISED, str(tmp_path), FAMILY],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as supervisor:
        assert supervisor.stdout is not None
        mark = supervisor.stdout.readline().strip()
        until(lambda: len(marked(mark)) == 6)
        supervisor.kill()
    until(lambda: not marked(mark))
    until(lambda: not tmp_path.exists())
