"""The supervisor with real children: environment, order, readiness."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.keeper import Process
from sandbox.supervisor import NotReady
from tests.sandbox.house import LISTENER, SLEEPER, House, until
from tests.support.ports import free_port

ROOT = Path(__file__).parents[2]


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


def test_two_processes_of_one_name_are_refused(house: House) -> None:
    with pytest.raises(ValueError, match="same name"):
        house.supervise(house.process("one", SLEEPER), house.process("one", SLEEPER))
