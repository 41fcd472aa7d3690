"""The journal, the clock, and who may use the sandbox at all."""

import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
import requests
from flask import Flask

from common.clock import OffsetClock, system_clock
from sandbox.telegram.app import PAGE, is_loopback
from sandbox.telegram.server import NotLoopback, make
from tests.sandbox.telegram.running import ANYA, TOKEN, Running, running_emulator


def test_the_journal_holds_every_call_with_its_answer(sandbox: Running) -> None:
    sandbox.act(ANYA, "say", text="/start")
    sandbox.call("sendMessage", chat_id=ANYA, text="Hi")
    sandbox.refused("sendMessage", chat_id=5, text="Hi")
    first, second = sandbox.get("journal")["entries"]
    assert first["params"] == {"chat_id": str(ANYA), "text": "Hi"}
    assert (first["ok"], first["result"]["text"]) == (True, "Hi")
    assert (second["ok"], second["error_code"]) == (False, 400)
    assert sandbox.get("journal", since=first["seq"])["entries"] == [second]


def test_the_journal_holds_what_could_not_be_read(sandbox: Running) -> None:
    url = f"{sandbox.base}/bot{TOKEN}/sendMessage"
    answer = requests.post(
        url, data="[" * 100_000, headers={"Content-Type": "application/json"}, timeout=30
    )
    assert answer.status_code == 400
    [entry] = sandbox.get("journal", last=1)["entries"]
    assert entry["description"] == "Bad Request: can't parse JSON object"


def test_the_journal_names_files_and_does_not_hold_them(sandbox: Running) -> None:
    sandbox.act(ANYA, "say", text="/start")
    url = f"{sandbox.base}/bot{TOKEN}/sendDocument"
    files = {"document": ("ключ.txt", b"secret bytes")}
    sandbox.http.post(url, data={"chat_id": ANYA}, files=files, timeout=30)
    [entry] = sandbox.get("journal")["entries"]
    assert entry["params"]["document"] == {"file": "ключ.txt", "size": 12}
    assert entry["result"]["document"]["file_name"] == "ключ.txt"


def test_the_clock_moves_for_all_who_read_its_file_and_dates_the_messages(
    sandbox: Running, tmp_path: Path
) -> None:
    assert sandbox.get("clock")["movable"] is True
    sandbox.post("clock", add=86400)
    moved = sandbox.post("clock", add=3600).json()
    assert moved["offset"] == 90000
    other_process = OffsetClock(tmp_path / "offset")
    ahead = other_process() - system_clock()
    assert abs(ahead - timedelta(seconds=90000)) < timedelta(seconds=1)
    sandbox.act(ANYA, "say", text="/start")
    date = sandbox.chat(ANYA)["messages"][0]["date"]
    assert abs(date - other_process().timestamp()) < 3
    sandbox.post("clock", offset=0)
    assert sandbox.get("clock")["offset"] == 0
    assert [path.name for path in tmp_path.iterdir()] == ["offset"]


@pytest.mark.parametrize("given", [{}, {"add": "1"}, {"offset": True}, {"add": 1e12}])
def test_a_clock_does_not_move_by_nonsense(sandbox: Running, given: dict[str, object]) -> None:
    assert sandbox.post("clock", **given).status_code == 400
    assert sandbox.get("clock")["offset"] == 0


def test_without_a_file_the_clock_stands() -> None:
    with running_emulator(None) as sandbox:
        assert sandbox.get("clock")["movable"] is False
        assert sandbox.post("clock", add=1).status_code == 409


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Host": "evil.example"}, {"Origin": "null"}]
)
def test_another_site_in_the_same_browser_can_do_nothing(
    sandbox: Running, headers: dict[str, str]
) -> None:
    url = f"{sandbox.base}/sandbox/api/chats/{ANYA}/say"
    response = requests.post(url, json={"text": "x"}, headers=headers, timeout=30)
    assert response.status_code == 403
    assert sandbox.texts(ANYA) == []


def test_the_page_needs_nothing_from_elsewhere(sandbox: Running) -> None:
    page = sandbox.http.get(sandbox.base, timeout=30)
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert "http" not in page.text.replace("http-equiv", "")


@pytest.mark.parametrize("way", ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write"])
def test_the_page_never_makes_markup_of_text(way: str) -> None:
    scripts = list(PAGE.glob("*.js"))
    assert scripts
    assert [script.name for script in scripts if way in script.read_text()] == []


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org", ""])
def test_what_is_not_loopback_is_known(host: str) -> None:
    assert not is_loopback(host)
    with pytest.raises(NotLoopback):
        make(Flask("any"), host, 0)


def test_the_process_refuses_to_listen_beyond_loopback() -> None:
    command = [sys.executable, "-m", "sandbox.telegram", "--host", "0.0.0.0", "--port", "0"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 2
    assert "loopback only" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_process_tells_its_address_serves_and_ends_on_sigterm() -> None:
    command = [sys.executable, "-m", "sandbox.telegram", "--port", "0", "--token", TOKEN]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as run:
        assert run.stdout
        assert run.stderr
        address = run.stdout.readline().split()[-1].rstrip("/")
        answer = requests.get(f"{address}/bot{TOKEN}/getMe", timeout=30).json()
        started = time.monotonic()
        run.send_signal(signal.SIGTERM)
        assert run.wait(30) == 0
        logged = run.stderr.read()
    assert answer["result"]["id"] == 42
    assert time.monotonic() - started < 3
    assert logged == ""
