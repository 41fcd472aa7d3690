"""Keeps one process running: starts it again, a little later each time it dies."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

FIRST_PAUSE = 0.1
LONGEST_PAUSE = 2.0
_STEADY_SECONDS = 5.0


@dataclass(frozen=True)
class Process:
    """`ready`: `http://…` that answers 200, or `tcp://host:port` that takes a connection.

    `after`: processes that must be ready before this one starts.
    """

    name: str
    argv: tuple[str, ...]
    environment: Mapping[str, str]
    folder: Path
    log: Path
    ready: str = ""
    after: tuple[str, ...] = ()


class Keeper:
    """One thread and, while it is wanted, one child in a session (and process group) of its own.

    When the child ends, what it left in its group is killed before it starts again, as systemd
    does; and before the child is reaped, so that its group's number cannot be another's by then.
    """

    def __init__(self, process: Process, environment: Mapping[str, str]) -> None:
        self.process = process
        self.restarts = 0
        self._environment = dict(environment)
        self._lock = threading.Lock()
        self._unwanted = threading.Event()
        self._spawned = threading.Event()
        self._thread: threading.Thread | None = None
        self._pid = 0
        self._failure: OSError | None = None

    @property
    def pid(self) -> int:
        """0 while it is not running."""
        with self._lock:
            return self._pid

    def start(self) -> None:
        """Returns once the child exists; raises OSError when it cannot be started at all."""
        if self._thread is not None and self._thread.is_alive():
            return
        self._unwanted.clear()
        self._spawned.clear()
        self._failure = None
        self._thread = threading.Thread(target=self._keep, name=self.process.name, daemon=True)
        self._thread.start()
        self._spawned.wait()
        if self._failure is not None:
            raise self._failure

    def kill(self, number: int) -> bool:
        """SIGKILL goes to the whole group, any other signal to the process; False if not running.

        It remains wanted, and so will be started again if it dies of it.
        """
        with self._lock:
            if not self._pid:
                return False
            if number == signal.SIGKILL:
                os.killpg(self._pid, number)
            else:
                os.kill(self._pid, number)
            return True

    def ask_to_stop(self) -> None:
        self._unwanted.set()
        self.kill(signal.SIGTERM)

    def wait_stopped(self, deadline: float) -> None:
        """Kills the group when the process has not ended by then (monotonic time)."""
        if self._thread is None:
            return
        self._thread.join(max(0.0, deadline - time.monotonic()))
        if self._thread.is_alive():
            self.kill(signal.SIGKILL)
            self._thread.join()

    def _keep(self) -> None:
        pause = FIRST_PAUSE
        while True:
            began = time.monotonic()
            if not self._live_once():
                return
            if time.monotonic() - began > _STEADY_SECONDS:
                pause = FIRST_PAUSE
            if self._unwanted.wait(pause):
                return
            pause = min(pause * 2, LONGEST_PAUSE)
            self.restarts += 1

    def _live_once(self) -> bool:
        """False when the very first start failed; a later one that fails counts as a death."""
        try:
            child = self._spawn()
        except OSError as failure:
            if self._spawned.is_set():
                return True
            self._failure = failure
            self._spawned.set()
            return False
        self._spawned.set()
        self._wait(child)
        return True

    def _spawn(self) -> subprocess.Popen[bytes]:
        with self._lock, self.process.log.open("ab") as log:
            child = subprocess.Popen(
                self.process.argv,
                cwd=self.process.folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            self._pid = child.pid
            if self._unwanted.is_set():  # stopped at the moment of its birth
                child.kill()
            return child

    def _wait(self, child: subprocess.Popen[bytes]) -> None:
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        with self._lock:
            self._pid = 0
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
