"""The agent as systemd runs it: a gunicorn process that can be killed and started again."""

import os
import signal
import subprocess
import sys

from common.clients.country_api import CountryApi
from common.clock import make_clock
from common.errors import Unavailable
from common.service_client import ServiceClient
from tests.country_api.conftest import KEY, Agent
from tests.support.core import ROOT, wait_until
from tests.support.ports import free_port

START_SECONDS = 20


class AgentProcess:
    """Gunicorn with the agent; `server` lends its settings, its core and its user maker."""

    def __init__(self, server: Agent) -> None:
        self.server = server
        self.offset = server.directory / "offset"
        self.port = free_port()
        self._log = server.directory / "agent.log"
        self._environ = server.environ | {
            "BIND": f"127.0.0.1:{self.port}",
            "CLOCK_OFFSET_FILE": str(self.offset),
        }
        self._process: subprocess.Popen[bytes] | None = None
        self.api = CountryApi(
            ServiceClient(
                f"http://127.0.0.1:{self.port}",
                caller="main_api",
                callee="country_api",
                key=KEY,
                clock=make_clock(self.offset),
            )
        )

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "gunicorn", "-c", "common/gunicorn_conf.py",
                 "country_api.wsgi:app"],
                cwd=ROOT, env=self._environ, stderr=log, start_new_session=True,
            )  # fmt: skip
        wait_until(self._answers, "the agent answers", START_SECONDS)

    def _answers(self) -> bool:
        try:
            self.api.describe()
        except Unavailable:
            return False
        return True

    def kill(self) -> None:
        """kill -9 of gunicorn's master and worker at once."""
        if self._process:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def log(self) -> str:
        return self._log.read_text()
