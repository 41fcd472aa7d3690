"""The supervisor with real children: restarts, order, stops, and kill -9 of everything."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sandbox.guard import marked
from sandbox.keeper import Process
from sandbox.supervisor import NotReady, Supervisor

ROOT = Path(__file__).parents[2]
PYTHON = (sys.executable, "-I", "-S", "-c")
SLEEPER = "import time; time.sleep(600)"
# A child, a grandchild in the same group, and one that has left the session.
FAMILY = f"""
import subprocess, sys
sleep = [sys.executable, "-I", "-S", "-c", "import time; time.sleep(600)"]
subprocess.Popen(sleep)
subprocess.Popen(sleep, start_new_session=True)
{SLEEPER}
"""
STUBBORN = f"""
import signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf", flush=True)
{SLEEPER}
"""
LISTENER = """
import socket, sys, time
time.sleep(float(sys.argv[2]))
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
print("listening", time.time(), flush=True)
while True:
    server.accept()[0].close()
"""


def until(true: Callable[[], object], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(0.01)


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class House:
    """Makes supervisors that are stopped at the end of the test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.opened: list[Supervisor] = []

    def process(self, name: str, code: str, *arguments: str, **more: object) -> Process:
        process = Process(
            name, (*PYTHON, code, *arguments), {}, self.folder, self.folder / f"{name}.log"
        )
        return Process(**{**vars(process), **more})

    def supervise(self, *processes: Process, **outer: str) -> Supervisor:
        supervisor = Supervisor(processes, {"PATH": "/usr/bin:/bin", **outer})
        self.opened.append(supervisor)
        return supervisor

    def log(self, name: str) -> str:
        path = self.folder / f"{name}.log"
        return path.read_text() if path.exists() else ""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    opened = House(tmp_path)
    yield opened
    for supervisor in opened.opened:
        supervisor.stop_all(seconds=0.5)


def test_a_child_gets_its_own_variables_and_path_home_and_lang_only(house: House) -> None:
    show = "import os; print(sorted(os.environ.items()), flush=True); " + SLEEPER
    process = house.process("env", show, environment={"NAME": "value"})
    supervisor = house.supervise(process, HOME="/h", LANG="C.UTF-8", SECRET="no", LD_PRELOAD="no")

    supervisor.start("env")
    until(lambda: house.log("env"))

    told = dict(eval(house.log("env")))  # noqa: S307  our own child wrote it
    told.pop("LC_CTYPE", None)  # Python itself sets it under the C locale
    assert len(told.pop("KEYLAND_SANDBOX")) == 32
    assert told == {"PATH": "/usr/bin:/bin", "HOME": "/h", "LANG": "C.UTF-8", "NAME": "value"}


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
    until(lambda: len(marked(supervisor._mark)) == 3)
    first = supervisor.pid("family")
    group = [pid for pid in marked(supervisor._mark) if os.getpgid(pid) == first]
    assert len(group) == 2

    os.kill(first, signal.SIGKILL)

    until(lambda: supervisor.pid("family") not in {0, first})
    assert not any(alive(pid) for pid in group)


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


def test_one_starts_when_what_it_comes_after_is_ready(house: House) -> None:
    port = free_port()
    slow = house.process("slow", LISTENER, str(port), "0.3", ready=f"tcp://127.0.0.1:{port}")
    late_code = "import time; print(time.time(), flush=True); " + SLEEPER
    late = house.process("late", late_code, after=("slow",))
    supervisor = house.supervise(slow, late)

    supervisor.start_all()
    until(lambda: house.log("late"))

    assert float(house.log("late")) >= float(house.log("slow").split()[1])


def test_ready_means_that_http_answers_200(house: House) -> None:
    port = free_port()
    # -m http.server answers 404 until the file is there
    server = house.process("web", "", ready=f"http://127.0.0.1:{port}/health")
    argv = (sys.executable, "-m", "http.server", "--bind", "127.0.0.1", str(port))
    supervisor = house.supervise(Process(**{**vars(server), "argv": argv}))
    supervisor.start("web")

    with pytest.raises(NotReady, match=r"not ready after 1 s(?s:.)*404"):
        supervisor.wait_ready("web", seconds=1)
    (house.folder / "health").write_text("ok")
    supervisor.wait_ready("web")


def test_one_that_keeps_dying_is_told_with_its_last_words(house: House) -> None:
    broken = house.process(
        "broken", "raise SystemExit('no such setting')", ready="tcp://127.0.0.1:9"
    )
    supervisor = house.supervise(broken)

    with pytest.raises(NotReady, match=r"broken keeps dying\n(?s:.)*no such setting"):
        supervisor.start_all()


def test_a_program_that_does_not_exist_is_told_at_once(house: House) -> None:
    absent = Process("absent", ("/no/such/program",), {}, house.folder, house.folder / "log")
    with pytest.raises(FileNotFoundError):
        house.supervise(absent).start_all()


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


def test_two_processes_of_one_name_are_refused(house: House) -> None:
    with pytest.raises(ValueError, match="same name"):
        house.supervise(house.process("one", SLEEPER), house.process("one", SLEEPER))


SUPERVISED = """
import sys, time
from pathlib import Path
from sandbox.keeper import Process
from sandbox.supervisor import Supervisor
folder = Path(sys.argv[1])
argv = (sys.executable, "-I", "-S", "-c", sys.argv[2])
names = ("one", "two")
supervisor = Supervisor([Process(n, argv, {}, folder, folder / n) for n in names], {})
supervisor.start_all()
print(supervisor._mark, flush=True)
time.sleep(600)
"""


def test_kill_9_of_the_supervisor_leaves_nobody_behind(tmp_path: Path) -> None:
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
