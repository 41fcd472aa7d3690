"""The three processes that a broadcast needs, and the way the bot would talk to them."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import requests

from common.clients.main_api import MainApi
from common.clients.notify_service import NotifyService
from common.clock import make_clock
from common.service_client import ServiceClient, make_session
from common.telegram.gate import RATE
from sandbox.keeper import Process
from sandbox.layout import Layout
from sandbox.programs import Program, shop_only
from sandbox.shop import ROOT, RUNTIME
from sandbox.supervisor import Supervisor

TELEGRAM_LIMIT = 30.0  # messages a second
Json = dict[str, Any]


@dataclass(frozen=True)
class Scene:
    """`scale` lets time run so much faster: the limit and our rate are multiplied by it."""

    layout: Layout
    supervisor: Supervisor
    scale: float

    @property
    def limit(self) -> float:
        return TELEGRAM_LIMIT * self.scale

    @property
    def main_api(self) -> MainApi:
        return MainApi(self._client("main_api"))

    @property
    def notify_service(self) -> NotifyService:
        return NotifyService(self._client("notify_service"))

    def telegram(self, session: requests.Session, method: str, path: str, body: Json) -> Json:
        """A call of the emulator's own, not of the Bot API."""
        url = f"{self.layout.url('telegram')}/sandbox/api/{path}"
        answer = session.request(method, url, json=body, timeout=60)
        answer.raise_for_status()
        return dict(answer.json())

    def look(self, path: str) -> Json:
        with make_session() as session:
            return self.telegram(session, "GET", path, {})

    def _client(self, callee: str) -> ServiceClient:
        return ServiceClient(
            self.layout.url(callee), caller="tg_bot", callee=callee,
            key=self.layout.keys["tg_bot", callee], clock=make_clock(self.layout.clock_file),
        )  # fmt: skip


@contextmanager
def staged(scale: float = 1.0) -> Iterator[Scene]:
    """All three running; everything is gone afterwards."""
    RUNTIME.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="broadcast-", dir=RUNTIME))
    layout = Layout(folder)
    layout.prepare()
    programs = shop_only(layout, "telegram", "main_api", "notify_service")
    processes = [_process(layout, _scaled(program, scale)) for program in programs]
    outer = dict(os.environ)  # noqa: TID251 -- PATH is for the children
    try:
        with Supervisor(processes, outer, folder) as supervisor:
            supervisor.start_all()
            yield Scene(layout, supervisor, scale)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _scaled(program: Program, scale: float) -> Program:
    if program.name == "telegram":
        return replace(program, argv=[*program.argv, "--rate", str(TELEGRAM_LIMIT * scale)])
    rate = {"TELEGRAM_RATE": str(RATE * scale)}
    is_ours = program.name == "notify_service"
    return replace(program, environment=program.environment | rate) if is_ours else program


def _process(layout: Layout, program: Program) -> Process:
    return Process(
        name=program.name, argv=tuple(program.argv), environment=program.environment,
        folder=ROOT, log=layout.logs / f"{program.name}.log", ready=program.ready,
    )  # fmt: skip
