"""A real process on real files, killed with -9 between its 200 and the delivery."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from common.clock import system_clock
from common.errors import Unavailable
from tests.support import fake_main
from tests.support.desk import MAIN_KEY, SECRET_WORD, WALLET, Server
from tests.support.fake_main import FakeMain
from tests.support.wallet import signed

ROOT = Path(__file__).parents[2]


class Process:
    """payments_webhook under gunicorn, as systemd would start it."""

    def __init__(self, folder: Path, main_url: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._bind = f"127.0.0.1:{free.getsockname()[1]}"
        self.url = f"http://{self._bind}"
        self._log = folder / "log"
        self._environ = {
            "PATH": os.environ["PATH"],  # noqa: TID251 -- a child needs it
            "BIND": self._bind,
            "STATE_DIR": str(folder / "state"),
            "CALLER_KEYS": json.dumps({"main_api": [MAIN_KEY]}),
            "MAIN_API_URL": main_url,
            "MAIN_API_KEY": fake_main.KEY,
            "PUBLIC_URL": self.url,
            "YOOMONEY_WALLET": WALLET,
            "YOOMONEY_SECRET": SECRET_WORD,
        }
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "gunicorn", "-c", "common/gunicorn_conf.py"]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*command, "payments_webhook.wsgi:app"],
                cwd=ROOT, env=self._environ, stderr=log, stdout=log, start_new_session=True,
            )  # fmt: skip
        for _ in range(600):
            try:
                if requests.get(f"{self.url}/health", timeout=1).ok:
                    return
            except requests.RequestException:  # bound, but not loaded yet
                assert self._process.poll() is None, self._log.read_text()
            time.sleep(0.05)
        raise AssertionError(self._log.read_text())

    @property
    def log(self) -> str:
        return self._log.read_text()

    def kill(self) -> None:
        """Master and worker at once."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def notify(self, operation: str) -> bool:
        """Whether the provider heard 200."""
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        body = signed(operation_id=operation)
        try:
            answer = requests.post(f"{self.url}/yoomoney", data=body, headers=form, timeout=30)
        except requests.RequestException:
            return False
        return answer.status_code == 200


@pytest.fixture
def main() -> FakeMain:
    return FakeMain(system_clock)


@pytest.fixture
def process(tmp_path: Path, main: FakeMain) -> Iterator[Process]:
    server = Server(main.app)
    process = Process(tmp_path, server.url)
    yield process
    process.kill()
    server.close()


def test_what_was_acknowledged_is_delivered_after_kill_9(process: Process, main: FakeMain) -> None:
    main.refuses = Unavailable("not now")
    with ThreadPoolExecutor(4) as pool:
        answers = pool.map(process.notify, [str(number) for number in range(1, 201)])
        acknowledged = {str(n) for n, taken in zip(range(1, 41), answers, strict=False) if taken}
        process.kill()  # the rest are on their way
        acknowledged |= {str(n) for n, taken in zip(range(41, 201), answers, strict=True) if taken}
    assert main.facts == {}
    assert 40 <= len(acknowledged) < 200

    main.refuses = None
    process.start()
    for _ in range(200):
        if len(main.facts) >= len(acknowledged):
            break
        time.sleep(0.05)

    delivered = {fact.external_id for fact in main.facts.values()}
    assert acknowledged <= delivered
    assert "Traceback" not in process.log


def test_a_missing_variable_is_one_clear_message() -> None:
    command = [sys.executable, "-m", "gunicorn", "-c", "common/gunicorn_conf.py"]
    path = os.environ["PATH"]  # noqa: TID251 -- a child needs it
    environ = {"PATH": path, "YOOMONEY_WALLET": WALLET, "BIND": "127.0.0.1:0"}

    ended = subprocess.run(
        [*command, "payments_webhook.wsgi:app"],
        cwd=ROOT, env=environ, capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip

    assert ended.returncode != 0
    assert "STATE_DIR: missing" in ended.stderr
    assert "MAIN_API_KEY: missing" in ended.stderr
    assert "Traceback" not in ended.stderr
