"""Ctrl+C and SIGTERM at any moment: no traceback, no process, no folder left."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.guard import marked
from tests.sandbox.house import until

ROOT = Path(__file__).parents[2]
PROGRAM = """
import sys, time
from pathlib import Path
from sandbox.ending import leave_when_told
from sandbox.keeper import Process
from sandbox.supervisor import Supervisor
leave_when_told(130)
folder = Path(sys.argv[1])
with Supervisor([Process("one", ("sleep", "600"), {}, folder, folder / "log")],
                {"PATH": "/usr/bin:/bin"}, folder) as supervisor:
    supervisor.start_all()
    print(supervisor._mark, flush=True)
    time.sleep(600)
"""


@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM])
def test_a_program_that_is_told_to_leave_clears_away_and_says_nothing_else(
    tmp_path: Path, told: signal.Signals
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(tmp_path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as program:
        assert program.stdout is not None
        mark = program.stdout.readline().strip()
        until(lambda: len(marked(mark)) == 1)
        program.send_signal(told)
        said = program.stdout.read()

    assert (program.returncode, said) == (130, "stopping\n")
    assert marked(mark) == []
    assert not tmp_path.exists()
