"""The shop under test: the sandbox's programs without bot, browser doubles and page; and the bare
prototype beside it, on the same cores.
"""

import os
import secrets
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.load.usage import Meter
from common.errors import ServiceError
from country_api.core.client import PREFIXES
from country_api.core.config import CoreKind
from sandbox.core import Core, get_core
from sandbox.keeper import Process
from sandbox.layout import COUNTRIES, LOOPBACK, Layout, free_ports
from sandbox.operator import Operator
from sandbox.programs import Program, programs
from sandbox.supervisor import NotReady, Supervisor

ROOT = Path(__file__).parent.parent
RUNTIME = ROOT / ".runtime"
READY_SECONDS = 60.0
IDLE_SECONDS = 0.2  # of CPU in a second
LEFT_OUT = {"payments", "web", "tg_bot"}
BARE = ("bare_main", *(f"bare_agent_{country}" for country in COUNTRIES))
# the wallet's history would be asked of a double that is not there; time is not moved here, and
# production does not look for a file at each question about it
UNWANTED = ("YOOMONEY_TOKEN", "CLOCK_OFFSET_FILE")


class Shop:
    """One running shop. `prepare` may fill its stores before anything starts."""

    def __init__(self, layout: Layout, core: Core) -> None:
        self.layout = layout
        self.core = core
        self.bare_key = secrets.token_urlsafe(33)
        self.bare_ports = free_ports(BARE)
        self.operator = Operator(layout)
        chosen = [p for p in programs(layout, core) if p.name not in LEFT_OUT]
        self._supervisor = Supervisor(
            [self._process(p) for p in [*chosen, *self._bare()]],
            dict(os.environ),  # noqa: TID251 -- PATH says which core is wanted
            layout.folder,
        )

    @classmethod
    @contextmanager
    def running(cls, prepare: Callable[[Layout], None] | None = None) -> Iterator["Shop"]:
        RUNTIME.mkdir(exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix="bench-", dir=RUNTIME))
        try:
            layout = Layout(folder)
            layout.prepare()
            if prepare:
                prepare(layout)
            outer = os.environ  # noqa: TID251 -- as above
            shop = cls(layout, get_core(outer.get("XRAY_BIN", ""), outer.get("PATH", "")))
            with shop._supervisor:
                shop._supervisor.start_all(READY_SECONDS)
                shop.wait_for_cores()
                yield shop
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def pids(self) -> list[int]:
        """Of the shop's own processes; the bare ones do not count to it."""
        return [self._supervisor.pid(name) for name in self._supervisor.names if name not in BARE]

    def bare_url(self) -> str:
        return f"http://{LOOPBACK}:{self.bare_ports['bare_main']}"

    def wait_for_cores(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        for country in COUNTRIES:
            while not self._core_runs(country):
                if time.monotonic() > deadline:
                    raise NotReady(f"the core of {country} is not running")
                time.sleep(0.1)

    def wait_until_idle(self) -> None:
        """What a start has left to do is done, such as telling a core of everybody."""
        deadline = time.monotonic() + READY_SECONDS
        meter = Meter(self.pids())
        while time.monotonic() < deadline:
            before = meter.read()
            time.sleep(1.0)
            if meter.read().since(before).shop_seconds < IDLE_SECONDS:
                return

    def _core_runs(self, country: str) -> bool:
        try:
            return self.operator.users(country).core_running
        except ServiceError:
            return False

    def _process(self, program: Program) -> Process:
        kept = {k: v for k, v in program.environment.items() if k not in UNWANTED}
        return Process(
            name=program.name,
            argv=tuple(program.argv),
            environment=kept,
            folder=ROOT,
            log=self.layout.logs / f"{program.name}.log",
            ready=program.ready,
            after=program.after,
        )

    def _bare(self) -> list[Program]:
        agents = {name: f"{LOOPBACK}:{self.bare_ports[name]}" for name in BARE[1:]}
        made = [
            self._bare_program(
                f"bare_agent_{country}",
                "bench.bare.agent",
                {
                    "BARE_CORE": self._core_api(country),
                    "BARE_PREFIX": PREFIXES[CoreKind(self.core.kind)],
                },
            )
            for country in COUNTRIES
        ]
        main = {"BARE_AGENTS": ",".join(agents.values())}
        return [*made, self._bare_program("bare_main", "bench.bare.main", main)]

    def _core_api(self, country: str) -> str:
        if self.core.kind == "xray":
            return f"unix:{self.layout.state(f'agent_{country}') / 'api.sock'}"
        return self.layout.address(f"core_api_{country}")

    def _bare_program(self, name: str, module: str, environment: dict[str, str]) -> Program:
        address = f"{LOOPBACK}:{self.bare_ports[name]}"
        common = {
            "BIND": address,
            "THREADS": "16",
            "BARE_KEY": self.bare_key,
            "BARE_FILE": str(self.layout.folder / f"{name}.sqlite3"),
        }
        argv = [sys.executable, "-m", "gunicorn", "-c", "common/gunicorn_conf.py", f"{module}:app"]
        return Program(name, argv, common | environment, ready=f"tcp://{address}")
