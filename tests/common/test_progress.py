"""What each looping service promises to the watchdog, and that trouble outside kills nobody."""

import threading

import pytest

from common.storage.protocol import StorageUnavailable
from common.supervision import Watchdog
from main_api.jobs.runner import STUCK_SECONDS, watched
from notify_service.persistence import PATIENCE_SECONDS, Persistence
from tests.support.systemd import Systemd, Time


def test_a_job_that_never_ends_silences_the_process(
    watchdog: Watchdog, time: Time, systemd: Systemd
) -> None:
    def hang() -> None:
        time.now += STUCK_SECONDS + 1
        systemd.heard.clear()
        watchdog.expect("heartbeat", 60)
        assert systemd.heard == []

    watched("heal", hang, watchdog)()

    watchdog.expect("heartbeat", 60)
    assert systemd.heard == ["WATCHDOG=1"]  # it has ended after all


def test_a_job_that_breaks_promises_nothing_any_more(
    watchdog: Watchdog, time: Time, systemd: Systemd
) -> None:
    def breaks() -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        watched("heal", breaks, watchdog)()
    time.now += STUCK_SECONDS + 1
    systemd.heard.clear()
    watchdog.expect("heartbeat", 60)

    assert systemd.heard == ["WATCHDOG=1"]


def test_a_database_that_is_away_is_no_reason_to_be_killed(
    watchdog: Watchdog, time: Time, systemd: Systemd
) -> None:
    name = threading.current_thread().name
    watchdog.expect(name, PATIENCE_SECONDS)
    systemd.heard.clear()
    failures = iter(range(2))

    def change() -> None:
        if next(failures, None) is not None:
            time.now += PATIENCE_SECONDS - 1
            raise StorageUnavailable("away")

    Persistence(threading.Event(), watchdog).write(change)

    assert len(systemd.heard) == 2
