"""The real process: killed while it sends, stopped politely, its clock moved, its log read."""

import subprocess
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from notify_service.scheduler import WORKERS
from tests.common.telegram.emulated import ANYA, BOB, TOKEN, Telegram
from tests.notify_service.house import CALLER_KEY
from tests.notify_service.process import COMMAND, ROOT, Process, served, wait_for
from tests.notify_service.shop import MAIN_API_KEY, Shop, shop_app
from tests.support.clock import FakeClock


@pytest.fixture(name="process")
def _process(telegram: Telegram, tmp_path: Path) -> Iterator[Process]:
    with served(shop_app(Shop(), FakeClock())) as main_api_url:
        process = Process(telegram, tmp_path, main_api_url)
        yield process
        process.kill()


def test_killed_while_sending_it_sends_nothing_twice(process: Process) -> None:
    keys = [f"push-{n}" for n in range(30)]
    due_at = process.clock() + timedelta(seconds=1)
    process.telegram.fault(method="sendMessage", times=10_000, after_sleep=0.1)
    process.start()
    for key in keys:
        process.add(key, ANYA, due_at)

    kills_in_flight = 0
    for wanted in (5, 15):
        wait_for(lambda wanted=wanted: len(process.telegram.texts(ANYA)) >= wanted)  # type: ignore[misc]
        process.kill()
        kills_in_flight += "sending" in process.states().values()
        process.start()
    wait_for(lambda: set(process.states().values()) <= {"sent", "unknown"})

    states, copies = process.states(), Counter(process.telegram.texts(ANYA))
    unknown = [key for key, state in states.items() if state == "unknown"]
    assert set(states) == set(keys)
    assert all(copies[key] == 1 for key in keys if states[key] == "sent")
    assert all(copies[key] <= 1 for key in unknown)
    assert kills_in_flight >= 1
    assert len(unknown) <= 2 * WORKERS


def test_stopped_politely_it_lets_the_call_end(process: Process) -> None:
    process.telegram.fault(method="sendMessage", after_sleep=1.0)
    process.start()
    process.add("last", ANYA)
    wait_for(lambda: process.telegram.texts(ANYA) == ["last"])

    assert process.terminate() == 0
    assert process.states() == {"last": "sent"}


def test_a_push_of_the_admin_comes_within_two_seconds_of_its_moment(process: Process) -> None:
    process.start()
    process.add("next-year", BOB, process.clock() + timedelta(days=365))
    due_at = process.clock() + timedelta(seconds=2.3)
    process.add("test", ANYA, due_at)

    wait_for(lambda: process.telegram.texts(ANYA) == ["test"])

    assert timedelta() <= process.clock() - due_at < timedelta(seconds=2)
    assert process.telegram.texts(BOB) == []


def test_it_follows_the_clock_and_tells_no_secret(process: Process) -> None:
    process.start()
    process.add("canary-now", ANYA)
    assert wait_for(lambda: process.telegram.texts(ANYA) == ["canary-now"]) < 0.8
    process.add("canary-later", BOB, process.clock() + timedelta(days=30))
    process.telegram.fault(method="sendMessage", code=400, text="Bad Request: no")
    (process.folder / "offset").write_text(str(31 * 86400))

    assert wait_for(lambda: "failed" in process.states().values()) < 3
    assert process.states() == {"canary-now": "sent", "canary-later": "failed"}
    process.terminate()
    log = process.log.read_text()
    assert "a notice was not delivered" in log
    for secret in (TOKEN, CALLER_KEY, MAIN_API_KEY, "canary", str(ANYA), str(BOB)):
        assert secret not in log


def test_wrong_settings_are_all_told_at_once(process: Process) -> None:
    environment = process.environment() | {
        "BOT_TOKEN": "nonsense",
        "MAIN_API_KEY": "short",
        "TELEGRAM_API_URL": "https://example.org",
        "TELEGRAM_PROXY": "ftp://x",
        "MONGO_URL": "",
    }
    done = subprocess.run(
        [*COMMAND, "notify_service.wsgi:app"],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip

    assert done.returncode == 4
    for name in ("BOT_TOKEN", "MAIN_API_KEY", "TELEGRAM_API_URL", "TELEGRAM_PROXY", "MONGO_URL"):
        assert f"\n{name}: " in done.stderr
    assert "Traceback" not in done.stderr
    assert "nonsense" not in done.stderr
