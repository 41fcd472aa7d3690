"""Children for the supervisor's tests, and a maker of supervisors that cleans up after itself."""

import sys
import time
from collections.abc import Callable
from pathlib import Path

from sandbox.keeper import Process
from sandbox.supervisor import Supervisor

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
