"""Two servers abroad with their agents and cores, and beside them what main_api's jobs use."""

import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import psutil

from bench.seeding import seed_main
from bench.shop import ROOT, RUNTIME, UNWANTED
from bench.tunnel import Source
from common.clients.country_api import CountryApi
from common.clock import system_clock
from common.service_client import ServiceClient, make_session
from common.settings import load
from main_api.deps import Deps, build
from main_api.settings import MainSettings
from main_api.vpn_api.servers import Server
from models.codes import Service
from sandbox.core import get_core
from sandbox.keeper import Process
from sandbox.layout import LOOPBACK, Layout
from sandbox.operator import Operator
from sandbox.programs import Program, programs
from sandbox.supervisor import NotReady, Supervisor

FULL, EMPTY = "finland", "germany"
READY_SECONDS = 60.0
LOOK_SECONDS = 0.01


class Abroad:
    """`deps` are main_api's, in this process, and know the server that is to be full; nobody tells
    the other one anything by itself.
    """

    def __init__(self, layout: Layout, chosen: list[Program], deps: Deps) -> None:
        self.layout = layout
        self.deps = deps
        self.operator = Operator(layout)
        self.source = Source(layout.address("web"))
        outer = dict(os.environ)  # noqa: TID251 -- PATH says which core is wanted
        processes = [_process(program, layout) for program in chosen]
        self.supervisor = Supervisor(processes, outer, layout.folder)

    @classmethod
    @contextmanager
    def running(cls, users: int) -> Iterator["Abroad"]:
        RUNTIME.mkdir(exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix="bench-", dir=RUNTIME))
        try:
            layout = Layout(folder)
            layout.prepare()
            layout.countries_file.write_text(json.dumps({FULL: [layout.address(f"agent_{FULL}")]}))
            seed_main(layout, users)
            outer = os.environ  # noqa: TID251 -- as above
            core = get_core(outer.get("XRAY_BIN", ""), outer.get("PATH", ""))
            known = {program.name: program for program in programs(layout, core)}
            deps = build(load(MainSettings, _kept(known["main_jobs"])))
            names = [f"{what}_{country}" for country in (FULL, EMPTY) for what in ("agent", "core")]
            abroad = cls(layout, [known[name] for name in names], deps)
            with abroad.supervisor:
                abroad.supervisor.start_all(READY_SECONDS)
                for country in (FULL, EMPTY):
                    wait_until(partial(abroad.core_runs, country), READY_SECONDS)
                yield abroad
            abroad.source.close()
            deps.vpn.servers.close()
            deps.db.close()
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    @property
    def server(self) -> Server:
        return self.deps.vpn.servers.callable()[0]

    def api(self, country: str, address: str = "") -> CountryApi:
        """Called as main_api calls it, or by way of another address."""
        client = ServiceClient(
            f"https://{address or self.layout.address(f'agent_{country}')}",
            caller=Service.MAIN_API,
            callee=Service.COUNTRY_API,
            key=self.layout.keys["main_api", f"agent_{country}"],
            clock=system_clock,
            session=make_session(self.layout.fingerprints(f"agent_{country}")),
        )
        return CountryApi(client)

    def door(self, country: str) -> tuple[str, int]:
        """Where customers connect."""
        return LOOPBACK, self.layout.ports[f"core_{country}"]

    def core_runs(self, country: str) -> bool:
        return self.operator.users(country).core_running

    def in_core(self, country: str) -> int:
        """How many may be served there and are, as far as the core can tell, in it."""
        return len(self.operator.active_ids(country))

    def agent_mb(self, country: str) -> dict[str, float]:
        """Resident memory of the process that works, and of gunicorn's own above it."""
        master = psutil.Process(self.supervisor.pid(f"agent_{country}"))
        worker = max(master.children(), key=lambda child: child.memory_info().rss)
        return {
            "worker": round(worker.memory_info().rss / 2**20, 1),
            "master": round(master.memory_info().rss / 2**20, 1),
        }


def wait_until(fact: Callable[[], object], seconds: float) -> None:
    """Raises NotReady."""
    deadline = time.monotonic() + seconds
    while not fact():
        if time.monotonic() > deadline:
            raise NotReady(f"not within {seconds:g} s")
        time.sleep(LOOK_SECONDS)


def _kept(program: Program) -> dict[str, str]:
    return {k: v for k, v in program.environment.items() if k not in UNWANTED}


def _process(program: Program, layout: Layout) -> Process:
    return Process(
        name=program.name,
        argv=tuple(program.argv),
        environment=_kept(program),
        folder=ROOT,
        log=layout.logs / f"{program.name}.log",
        ready=program.ready,
        after=program.after,
    )
