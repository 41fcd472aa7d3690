"""notify_service as it runs in production: gunicorn, a database file, its neighbours over HTTP."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import requests
from flask import Flask
from werkzeug.serving import make_server

from common.clients.notify_service import NotifyService
from common.clock import Clock, make_clock
from common.service_client import ServiceClient
from common.storage.connect import connect
from models.codes import NoticeKind, Service
from models.notifies import Notice
from tests.common.telegram.emulated import TOKEN, Telegram
from tests.notify_service.house import CALLER_KEY
from tests.notify_service.shop import MAIN_API_KEY
from tests.support.ports import free_port

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "gunicorn", "-c", "common/gunicorn_conf.py"]


@dataclass
class Process:
    """Started, killed and started again over the same database file."""

    telegram: Telegram
    folder: Path
    main_api_url: str
    settings: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    running: subprocess.Popen[bytes] | None = None

    @property
    def clock(self) -> Clock:
        return make_clock(self.folder / "offset")

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],  # noqa: TID251 -- a child needs to find its programs
            "BIND": f"127.0.0.1:{self.port}",
            "LOG_LEVEL": "DEBUG",
            "MONGO_URL": f"embedded://{self.folder}",
            "CALLER_KEYS": f'{{"tg_bot": ["{CALLER_KEY}"]}}',
            "MAIN_API_URL": self.main_api_url,
            "MAIN_API_KEY": MAIN_API_KEY,
            "BOT_TOKEN": TOKEN,
            "TELEGRAM_API_URL": self.telegram.base,
            "CLOCK_OFFSET_FILE": str(self.folder / "offset"),
        } | self.settings

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.running = subprocess.Popen(
                [*COMMAND, "notify_service.wsgi:app"],
                cwd=ROOT, env=self.environment(), stderr=log, stdout=log, start_new_session=True,
            )  # fmt: skip
        wait_for(self.answers)

    def answers(self) -> bool:
        try:
            url = f"http://127.0.0.1:{self.port}/health"
            return requests.get(url, timeout=2).status_code == 200
        except requests.RequestException:
            return False

    def kill(self) -> None:
        """-9 for master and worker at once."""
        if self.running:
            os.killpg(self.running.pid, signal.SIGKILL)
            self.running.wait()
            self.running = None

    def terminate(self) -> int:
        assert self.running is not None
        self.running.terminate()
        code = self.running.wait(15)
        self.running = None
        return code

    def add(self, key: str, to: int, due_at: datetime | None = None) -> str:
        client = ServiceClient(
            f"http://127.0.0.1:{self.port}", caller=Service.TG_BOT, callee=Service.NOTIFY_SERVICE,
            key=CALLER_KEY, clock=self.clock,
        )  # fmt: skip
        notice = Notice(
            key=key, kind=NoticeKind.TEST_PUSH, telegram_id=to, language="en",
            due_at=due_at or self.clock(), params={"text": key},
        )  # fmt: skip
        return NotifyService(client).add(notice).state

    def states(self) -> dict[str, str]:
        database = connect(f"embedded://{self.folder}", name="notify")
        found = {row["_id"]: row["state"] for row in database.collection("notices").find({})}
        database.close()
        return found


def wait_for(condition: Callable[[], bool], patience: float = 15.0) -> float:
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < patience, "it did not happen"
        time.sleep(0.02)
    return time.monotonic() - began


@contextmanager
def served(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    server.server_close()
    thread.join()
