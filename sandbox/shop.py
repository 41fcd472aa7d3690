"""The running sandbox: starts every process, knows when it is ready, stops without a trace."""

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from common.errors import ServiceError
from sandbox.core import Core, get_core
from sandbox.keeper import Process
from sandbox.layout import COUNTRIES, Layout
from sandbox.operator import Operator
from sandbox.programs import Program, programs
from sandbox.supervisor import NotReady, Supervisor

ROOT = Path(__file__).parent.parent
RUNTIME = ROOT / ".runtime"
READY_SECONDS = 40.0
Programs = Callable[[Layout, Core], list[Program]]


class Sandbox:
    """Everything of one shop on loopback. `operator` looks things up with signed calls."""

    def __init__(
        self, layout: Layout, core: Core, outer: Mapping[str, str], made: Programs = programs
    ) -> None:
        self.layout = layout
        self.core = core
        self.operator = Operator(layout)
        self._programs = made(layout, core)
        processes = [self._process(p) for p in self._programs]
        self._supervisor = Supervisor(processes, outer, layout.folder)

    def _process(self, program: Program) -> Process:
        return Process(
            name=program.name,
            argv=tuple(program.argv),
            environment=program.environment,
            folder=ROOT,
            log=self.layout.logs / f"{program.name}.log",
            ready=program.ready,
            after=program.after,
        )

    @classmethod
    @contextmanager
    def temporary(
        cls, hosts: Mapping[str, str] | None = None, made: Programs = programs
    ) -> Iterator["Sandbox"]:
        """A sandbox in a folder of its own, which is gone afterwards, also after a kill -9."""
        RUNTIME.mkdir(exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix="sandbox-", dir=RUNTIME))
        try:
            layout = Layout(folder, hosts or {})
            layout.prepare()
            outer = dict(os.environ)  # noqa: TID251 -- PATH and XRAY_BIN say which core is wanted
            core = get_core(outer.get("XRAY_BIN", ""), outer.get("PATH", ""))
            sandbox = cls(layout, core, outer, made)
            with sandbox._supervisor:
                yield sandbox
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def start_all(self) -> None:
        """Start in order, each when those before it are ready; raises NotReady."""
        self._supervisor.start_all(READY_SECONDS)
        self._wait_for_cores(READY_SECONDS)

    def wait_until_ready(self, seconds: float = READY_SECONDS) -> None:
        """For when processes were killed: until all answer again; raises NotReady."""
        for program in self._programs:
            self._supervisor.wait_ready(program.name, seconds)
        self._wait_for_cores(seconds)

    def _wait_for_cores(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        for country in COUNTRIES:
            while not self._core_runs(country):
                if time.monotonic() > deadline:
                    raise NotReady(f"the core of {country} is not running")
                time.sleep(0.05)

    def _core_runs(self, country: str) -> bool:
        try:
            return self.operator.users(country).core_running
        except ServiceError:
            return False

    def kill(self, name: str, with_signal: int = signal.SIGKILL) -> bool:
        """Whether it was running; it is started again by the supervisor."""
        return self._supervisor.kill(name, with_signal)

    def stop(self, name: str) -> None:
        self._supervisor.stop(name)

    def start(self, name: str) -> None:
        self._supervisor.start(name)

    def restarts(self, name: str) -> int:
        return self._supervisor.restarts(name)

    def move_time(self, **delta: float) -> None:
        """Move the time of all processes on."""
        offset = float(self.layout.clock_file.read_text()) + timedelta(**delta).total_seconds()
        fresh = self.layout.clock_file.with_suffix(".new")
        fresh.write_text(str(offset))
        fresh.replace(self.layout.clock_file)

    def keep_logs(self) -> Path:
        """Copy the logs to where they survive the sandbox."""
        kept = RUNTIME / "last-logs"
        shutil.rmtree(kept, ignore_errors=True)
        shutil.copytree(self.layout.logs, kept)
        return kept
