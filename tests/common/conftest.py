import pytest

from common.supervision import Watchdog
from tests.support.systemd import Systemd, Time


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def systemd() -> Systemd:
    return Systemd()


@pytest.fixture
def watchdog(time: Time, systemd: Systemd) -> Watchdog:
    return Watchdog(monotonic=time, told=systemd)
