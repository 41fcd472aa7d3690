"""A service of several worker processes behaves as one of a single process."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from common.clock import system_clock
from common.service_auth import mint
from tests.support.waiting import wait_until

ROOT = Path(__file__).parents[2]
KEY = "k" * 40
APP = f"""
import os
from flask import Response
from flask_openapi3 import APIBlueprint
from common.access_control import callers
from common.clock import system_clock
from common.flask_app import assemble, new_app
from common.service_auth import Guard
from models.codes import Service

routes = APIBlueprint("who", "who")

@routes.get("/who")
@callers(Service.TG_BOT)
def who():
    return Response(str(os.getpid()))

app = new_app("of_test")
app.register_api(routes)
guard = Guard("of_test", {{"tg_bot": ["{KEY}"]}}, system_clock)
app = assemble(app, guard=guard, probes={{}})
"""


@dataclass
class Service:
    url: str
    arbiter: subprocess.Popen[bytes]

    def token(self) -> str:
        return mint(
            caller="tg_bot", callee="of_test", key=KEY, method="GET", path="/who", body=b"",
            clock=system_clock,
        )  # fmt: skip

    def ask(self, token: str) -> requests.Response:
        """By a connection of its own, so that either worker may take it."""
        headers = {"Authorization": f"Bearer {token}"}
        return requests.get(f"{self.url}/who", headers=headers, timeout=30)

    def answering(self) -> set[int]:
        """The workers that were seen among as many calls as it takes to meet two."""
        seen: set[int] = set()

        def two() -> bool:
            seen.add(int(self.ask(self.token()).text))
            return len(seen) > 1

        wait_until(two, seconds=30)
        return seen

    def counted(self, status: int) -> float:
        page = requests.get(f"{self.url}/metrics", timeout=30).text
        wanted = f'http_requests_total{{service="of_test",status="{status}",view="who.who"}}'
        return sum(float(line.split()[-1]) for line in page.splitlines() if wanted in line)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    (tmp_path / "app_of_test.py").write_text(APP)
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    environment = {
        "PATH": os.defpath, "HOME": str(tmp_path), "BIND": address, "THREADS": "2",
        "WORKERS": "2", "RUNTIME_DIRECTORY": str(tmp_path), "PYTHONPATH": str(tmp_path),
    }  # fmt: skip
    command = [sys.executable, "-m", "gunicorn", "-c", "common/gunicorn_conf.py"]
    arbiter = subprocess.Popen([*command, "app_of_test:app"], cwd=ROOT, env=environment)
    running = Service(f"http://{address}", arbiter)
    try:
        wait_until(lambda: _answers(running), seconds=60)
        yield running
    finally:
        arbiter.terminate()
        arbiter.wait(timeout=30)
    assert list(tmp_path.glob("counts-*")) == []


def _answers(service: Service) -> bool:
    try:
        return requests.get(f"{service.url}/health", timeout=30).ok
    except requests.ConnectionError:
        return False


def test_a_token_is_refused_by_every_worker_after_one_has_taken_it(service: Service) -> None:
    service.answering()
    token = service.token()
    assert service.ask(token).ok

    assert {service.ask(token).status_code for _ in range(20)} == {401}


def test_a_worker_in_the_place_of_a_killed_one_knows_what_was_used_before(
    service: Service,
) -> None:
    token = service.token()
    service.ask(token)
    before = service.answering()
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: _answers(service), seconds=60)

    assert not service.answering() & before
    assert {service.ask(token).status_code for _ in range(20)} == {401}


def test_what_the_workers_count_is_told_together_and_never_goes_back(service: Service) -> None:
    workers = service.answering()
    calls = service.counted(200)
    assert calls >= len(workers)

    for _ in range(10):
        service.ask(service.token())
    assert service.counted(200) == calls + 10

    os.kill(next(iter(workers)), signal.SIGKILL)
    wait_until(lambda: _answers(service), seconds=60)
    assert service.counted(200) == calls + 10
