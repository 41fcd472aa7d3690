import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
APP = """
import os
assert os.environ.get("NOTIFY_SOCKET"), "the app may speak to systemd"
def app(environ, start):
    start("200 OK", [])
    return [b"ok"]
"""


@pytest.fixture
def systemd(tmp_path: Path) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    listener.bind(str(tmp_path / "notify"))
    listener.settimeout(60)
    return listener


def gunicorn(folder: Path) -> subprocess.Popen[str]:
    environment = {
        "PATH": os.defpath, "HOME": str(folder), "BIND": f"unix:{folder}/app",
        "NOTIFY_SOCKET": f"{folder}/notify", "PYTHONPATH": str(folder), "THREADS": "2",
    }  # fmt: skip
    return subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "-c", "common/gunicorn_conf.py", "app_of_test:app"],
        cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_a_service_is_ready_when_its_app_is_and_not_before(
    tmp_path: Path, systemd: socket.socket
) -> None:
    (tmp_path / "app_of_test.py").write_text(APP)
    running = gunicorn(tmp_path)
    try:
        heard = systemd.recv(1000)
    finally:
        running.send_signal(signal.SIGTERM)
        running.communicate(timeout=30)
        systemd.close()
    assert heard == b"READY=1"  # the arbiter's own word has a second line
    assert [path.name for path in tmp_path.glob(".*")] == []  # no control socket at home


def test_one_whose_app_does_not_load_is_never_ready_and_says_why_in_json(
    tmp_path: Path, systemd: socket.socket
) -> None:
    (tmp_path / "app_of_test.py").write_text("1 / 0")
    running = gunicorn(tmp_path)
    said = running.communicate(timeout=60)[1]
    systemd.settimeout(0.05)

    with pytest.raises(TimeoutError):
        systemd.recv(1000)
    systemd.close()
    assert running.returncode != 0
    told = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    assert "Exception in worker process" in {line["message"] for line in told}
