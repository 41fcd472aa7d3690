import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from common.supervision import EVERY_SECONDS, READY, Watchdog, tell
from tests.support.systemd import Systemd, Time


def test_a_loop_that_turns_is_told_of_but_not_at_every_turn(
    watchdog: Watchdog, time: Time, systemd: Systemd
) -> None:
    for _ in range(100):
        watchdog.expect("loop", 60)
        time.now += EVERY_SECONDS / 10

    assert systemd.heard == ["WATCHDOG=1"] * 10


def test_a_loop_that_hangs_silences_the_others(
    watchdog: Watchdog, time: Time, systemd: Systemd
) -> None:
    watchdog.expect("stuck", 60)
    systemd.heard.clear()
    time.now = 61.0
    for _ in range(10):
        watchdog.expect("turning", 60)
        watchdog.done("another")
        time.now += EVERY_SECONDS

    assert systemd.heard == []


def test_a_loop_that_comes_back_is_heard_again(
    watchdog: Watchdog, time: Time, systemd: Systemd
) -> None:
    watchdog.expect("slow", 60)
    time.now = 200.0
    watchdog.expect("turning", 60)
    watchdog.expect("slow", 60)

    assert systemd.heard == ["WATCHDOG=1"] * 2


def test_a_job_that_has_ended_promises_nothing(
    watchdog: Watchdog, time: Time, systemd: Systemd
) -> None:
    watchdog.expect("job", 10)
    watchdog.done("job")
    systemd.heard.clear()
    time.now = 1000.0
    watchdog.expect("loop", 60)

    assert systemd.heard == ["WATCHDOG=1"]


@pytest.fixture
def notify_socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        listener.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        yield listener


def test_systemd_hears_what_is_told(notify_socket: socket.socket) -> None:
    tell(READY)
    Watchdog().expect("loop", 60)

    assert [notify_socket.recv(100) for _ in range(2)] == [b"READY=1", b"WATCHDOG=1"]


def test_without_systemd_and_with_a_socket_that_is_gone_nothing_happens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    tell(READY)
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "gone"))
    tell(READY)
