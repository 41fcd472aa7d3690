"""The agent as it really runs: a gunicorn process behind TLS, which can be killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from common.clients.country_api import CountryApi
from common.clock import make_clock
from common.errors import Unavailable
from common.service_client import ServiceClient, make_session
from country_api import certificate
from tests.country_api.conftest import CORES, KEY, Agent, Site
from tests.support.core import ROOT, wait_until
from tests.support.ports import free_port

START_SECONDS = 20
COMMAND = [
    sys.executable, "-m", "gunicorn", "-c", "common/gunicorn_conf.py", "country_api.wsgi:app",
]  # fmt: skip


class AgentProcess:
    """Gunicorn with the agent; `server` lends its settings, its core and its user maker."""

    def __init__(self, server: Agent) -> None:
        self.server = server
        self.offset = server.directory / "offset"
        self.port = free_port()
        self.folder = server.directory
        self.fingerprint = certificate.make(self.folder)
        self._log = server.directory / "agent.log"
        self.environ = server.environ | {
            "BIND": f"127.0.0.1:{self.port}",
            "CLOCK_OFFSET_FILE": str(self.offset),
            "TLS_CERTIFICATE": str(self.folder / certificate.CERTIFICATE),
            "TLS_KEY": str(self.folder / certificate.KEY),
        }
        self._process: subprocess.Popen[bytes] | None = None
        self.api = self.api_pinned(self.fingerprint)

    def api_pinned(self, *fingerprints: str, address: str = "") -> CountryApi:
        """As a main_api calls it that has been told these; `address` is that of a relay to it."""
        client = ServiceClient(
            f"https://{address or f'127.0.0.1:{self.port}'}",
            caller="main_api",
            callee="country_api",
            key=KEY,
            clock=make_clock(self.offset),
            session=make_session(fingerprints),
        )
        return CountryApi(client)

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                COMMAND, cwd=ROOT, env=self.environ, stderr=log, start_new_session=True
            )
        wait_until(self._answers, "the agent answers", START_SECONDS)

    def _answers(self) -> bool:
        try:
            self.api.describe()
        except Unavailable:
            return False
        return True

    def ended_with(self, **changed: str) -> "subprocess.CompletedProcess[str]":
        """What becomes of another one that is started so, and is to end by itself."""
        environ = self.environ | {"BIND": f"127.0.0.1:{free_port()}"} | changed
        return subprocess.run(
            COMMAND, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60, check=False
        )

    def kill(self) -> None:
        """kill -9 of gunicorn's master and worker at once."""
        if self._process:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def stopped_within(self, seconds: float) -> float:
        """How long it took to end after SIGTERM."""
        assert self._process
        began = time.monotonic()
        self._process.terminate()
        self._process.wait(seconds)
        self._process = None
        return time.monotonic() - began

    def log(self) -> str:
        return self._log.read_text()


@contextmanager
def without_core() -> Iterator[AgentProcess]:
    """A running agent whose core never starts; skips the test where no core could be had."""
    if not CORES:
        pytest.skip("no VPN core here")
    site = Site()
    server = Agent(CORES[0], site)
    server.clock.now = make_clock(None)()
    process = AgentProcess(server)
    try:
        process.start()
        yield process
    finally:
        process.kill()
        server.close()
        site.close()
