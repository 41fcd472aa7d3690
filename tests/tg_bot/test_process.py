"""The bot as a process of its own: signals, sudden death, one poller, neighbours away."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

import pytest

from models.buttons import Button, callback
from sandbox.telegram.app import create_app
from sandbox.telegram.server import make
from tests.sandbox.telegram.running import ANYA, TOKEN, Running
from tests.support.fake_main_api import FakeMainApi
from tests.support.fake_main_api_http import served
from tests.support.ports import free_port
from tests.tg_bot.people import Someone
from tg_bot.database import FILE_NAME, Database

ROOT = Path(__file__).parents[2]
STOP_SECONDS = 6.0


@dataclass
class Processes:
    """Starts the bot; whatever it started ends with the test."""

    environment: dict[str, str]
    logs: Path
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, **changed: str) -> subprocess.Popen[bytes]:
        with self.logs.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "tg_bot"],
                cwd=ROOT, env={**self.environment, **changed}, stderr=log, stdout=log,
            )  # fmt: skip
        self.started.append(process)
        return process

    def log(self) -> str:
        return self.logs.read_text(encoding="utf-8")

    def wait_for(self, words: str, seconds: float = 15.0) -> None:
        deadline = time.monotonic() + seconds
        while words not in self.log():
            assert time.monotonic() < deadline, f"no {words!r} in the log:\n{self.log()}"
            time.sleep(0.02)


@pytest.fixture
def main_api_url(main_api: FakeMainApi) -> Iterator[str]:
    with served(main_api) as url:
        yield url
        for gate in main_api.gates.values():
            gate.set()


@pytest.fixture
def processes(telegram: Running, main_api_url: str, tmp_path: Path) -> Iterator[Processes]:
    environment = {
        "PATH": os.defpath,
        "STATE_DIR": str(tmp_path / "state"),
        "MAIN_API_URL": main_api_url,
        "MAIN_API_KEY": "k" * 32,
        "BOT_TOKEN": TOKEN,
        "TELEGRAM_API_URL": telegram.base,
        "SUPPORT_URL": "https://t.me/keyland_support",
        "NOTIFY_SERVICE_URL": "http://127.0.0.1:1",
        "NOTIFY_SERVICE_KEY": "n" * 32,
    }
    processes = Processes(environment, tmp_path / "bot.log")
    yield processes
    for process in processes.started:
        process.kill()
        process.wait()


def test_sigterm_while_handling_finishes_the_screen_and_loses_nothing(
    processes: Processes, anya: Someone, main_api: FakeMainApi, tmp_path: Path
) -> None:
    process = processes.start()
    anya.start()
    anya.sees("Добро пожаловать")
    gate = main_api.gates[anya.id] = Event()
    anya.press(callback(Button.TRIAL))
    assert main_api.arrived.wait(30)

    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    time.sleep(0.2)
    gate.set()

    assert process.wait(STOP_SECONDS) == 0
    assert time.monotonic() - began < STOP_SECONDS
    anya.sees("Пробный доступ открыт")
    assert waiting(tmp_path) == 0
    assert not anya.running.emulator.queue.pending


def test_sigterm_does_not_wait_for_ever_and_the_next_start_goes_on(
    processes: Processes, anya: Someone, main_api: FakeMainApi, tmp_path: Path
) -> None:
    process = processes.start()
    anya.start()
    anya.sees("Добро пожаловать")
    gate = main_api.gates[anya.id] = Event()
    anya.press(callback(Button.TRIAL))
    assert main_api.arrived.wait(30)

    process.send_signal(signal.SIGTERM)

    assert process.wait(STOP_SECONDS) == 0
    assert waiting(tmp_path) == 1
    del main_api.gates[anya.id]
    gate.set()
    processes.start()
    anya.sees("Пробный доступ открыт")


def test_kill_9_while_handling_loses_nothing(
    processes: Processes, anya: Someone, main_api: FakeMainApi, tmp_path: Path
) -> None:
    process = processes.start()
    anya.start()
    anya.sees("Добро пожаловать")
    gate = main_api.gates[anya.id] = Event()
    anya.press(callback(Button.TRIAL))
    anya.say("/help")
    assert main_api.arrived.wait(30)

    process.kill()
    process.wait()
    del main_api.gates[anya.id]
    gate.set()
    anya.say("/profile")
    processes.start()

    anya.sees("Ваш профиль")
    texts = " ".join(anya.texts())
    assert "Пробный доступ открыт" in texts
    assert texts.index("Пробный доступ") < texts.index("Что подключаем") < texts.index("профиль")
    assert main_api.by_telegram(anya.id).has_trial
    assert waiting(tmp_path) == 0


def waiting(tmp_path: Path) -> int:
    """Updates on disk that nobody has handled; what is being finished is given a moment."""
    assert (tmp_path / "state" / FILE_NAME).exists()
    database = Database(tmp_path / "state")
    try:
        return _settled(database)
    finally:
        database.close()


def _settled(database: Database) -> int:
    count = -1
    for _ in range(25):
        count = len(database.rows("SELECT 1 FROM inbox WHERE body IS NOT NULL"))
        if not count:
            break
        time.sleep(0.02)
    return count


def test_a_second_process_says_clearly_why_it_does_not_start(
    processes: Processes, anya: Someone
) -> None:
    processes.start()
    anya.start()
    anya.sees("Добро пожаловать")

    second = processes.start()

    assert second.wait(30) == 5
    assert "another process polls already" in processes.log()
    assert "Traceback" not in processes.log()


def test_telegram_away_at_start_and_main_api_too_are_waited_for(
    processes: Processes, telegram: Running, main_api: FakeMainApi
) -> None:
    port = free_port()
    processes.start(TELEGRAM_API_URL=f"http://127.0.0.1:{port}")
    processes.wait_for("Telegram is away")
    main_api.down = True
    with emulator_at(port, telegram) as running:
        anya = Someone(running, ANYA)
        anya.start()
        anya.sees("наш сервис не отвечает")
        main_api.down = False
        anya.say("/start")
        anya.sees("Добро пожаловать")

    assert TOKEN not in processes.log()
    assert all(json.loads(line) for line in processes.log().splitlines())


@contextmanager
def emulator_at(port: int, telegram: Running) -> Iterator[Running]:
    """The same emulator at one more address, from now on."""
    server = make(create_app(telegram.emulator.settings, telegram.emulator), "127.0.0.1", port)
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield telegram
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_wrong_settings_are_told_all_at_once_without_a_traceback(processes: Processes) -> None:
    process = processes.start(BOT_TOKEN="nonsense", SUPPORT_URL="", TELEGRAM_API_URL="http://x.y")

    assert process.wait(30) == 4
    for name in ("BOT_TOKEN", "SUPPORT_URL: missing", "TELEGRAM_API_URL"):
        assert name in processes.log()
    assert "Traceback" not in processes.log()
    assert "nonsense" not in processes.log()


def test_a_state_directory_that_cannot_be_used_is_told_clearly(
    processes: Processes, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    process = processes.start(STATE_DIR=str(tmp_path / "file" / "state"))

    assert process.wait(30) == 8
    assert "STATE_DIR cannot be used (Not a directory)" in processes.log()


def test_a_wrong_token_ends_the_process_loudly(processes: Processes) -> None:
    process = processes.start(BOT_TOKEN="43:another")

    assert process.wait(30) == 6
    assert "does not know the token" in processes.log()
    assert "43:another" not in processes.log()
