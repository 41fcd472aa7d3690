"""A server's own word on how it fares: who is missing in its core, how loaded it is."""

from pathlib import Path
from time import monotonic, perf_counter

import pytest
from pydantic import ValidationError

from country_api.core.config import CoreKind
from country_api.machine.load import Load
from models.presence import KEYS_TOLD, ServerStatus
from tests.country_api.conftest import Agent
from tests.support.hanging_core import hanging_core
from tests.support.waiting import wait_until


def test_a_server_in_order_misses_nobody(agent: Agent) -> None:
    agent.api.put_user(agent.user(1))
    agent.api.put_user(agent.user(2, active=False))

    status = agent.api.status()

    assert (status.core_running, status.config_well) == (True, True)
    assert (status.users_live, status.missing, status.missing_keys) == (1, 0, [])
    assert status.core_uptime_seconds is not None
    assert status.clock == status.started_at == agent.clock()
    online = 0 if agent.environ["CORE_KIND"] == CoreKind.XRAY.value else None
    assert status.users_online == online


def test_without_its_core_it_misses_everybody_who_has_access_until_it_is_back(
    agent: Agent,
) -> None:
    users = [agent.user(number) for number in range(1, KEYS_TOLD + 1)]
    agent.api.put_users(users)
    agent.api.put_user(agent.user(300))
    agent.api.put_user(agent.user(301, days=-1))
    agent.core.kill()

    first = agent.api.status()
    assert (first.core_running, first.core_uptime_seconds) == (False, None)
    assert (first.missing, len(first.missing_keys)) == (KEYS_TOLD + 1, KEYS_TOLD)
    wait_until(lambda: agent.api.status().missing_seconds > 0.2)

    agent.start_core()
    after = agent.api.status()
    assert (after.missing, after.missing_seconds, after.core_running) == (0, 0.0, True)


def test_a_core_that_hangs_holds_no_answer_up(agent: Agent) -> None:
    agent.api.put_user(agent.user(1))
    agent.stop()
    agent.core.kill()
    agent.deps = agent._build()  # whose threads do not wait for the core meanwhile
    with hanging_core(agent.environ["CORE_API"]):
        wait_until(lambda: agent.api.status().core_running)
        began = monotonic()

        status = agent.api.status()

        assert monotonic() - began < 4  # 1 s where nothing else runs
    assert (status.users_live, status.users_online) == (1, None)


def test_whom_the_core_refuses_is_named_alone(agent: Agent) -> None:
    agent.api.put_user(agent.user(1))
    agent.api.put_user(agent.user(2))
    agent.core.pause()
    agent.api.put_user(agent.user(2, revision=2, core_id=agent.user(3).core_id))

    assert "u2" in agent.api.status().missing_keys
    agent.core.resume()
    wait_until(lambda: agent.api.status().missing == 0)


def test_a_life_is_told_from_the_next_one(agent: Agent) -> None:
    before = agent.api.status()
    assert agent.api.status().life == before.life
    agent.stop()
    agent.clock.advance(hours=1)
    agent.start()

    after = agent.api.status()

    assert after.life != before.life
    assert (after.started_at - before.started_at).total_seconds() == 3600


def test_a_config_that_cannot_be_written_is_told(agent: Agent) -> None:
    assert agent.deps
    folder = agent.directory
    agent.deps.mirror.stop()
    agent.core.config.rename(folder / "kept.json")
    agent.core.config.mkdir()
    agent.deps.mirror.write()

    assert agent.api.status().config_well is False
    agent.core.config.rmdir()


def test_strangers_are_told_nothing(agent: Agent) -> None:
    for path in ("/status", "/users/u1/presence"):
        assert agent.app.test_client().get(path).status_code == 404


def test_ten_thousand_users_cost_a_status_little(agent: Agent) -> None:
    assert agent.deps
    agent.deps.store.put([agent.user(number) for number in range(1, 10_001)])
    agent.deps.enforcer.repair()
    assert agent.api.status().missing == 0
    began = perf_counter()
    for _ in range(5):
        agent.api.status()

    assert (perf_counter() - began) / 5 < 0.3  # 0.03 s where nothing else runs


class Kernel:
    """A folder like /proc, and counters that the test moves."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.moment = 100.0
        self.carried: int | None = 1000
        (folder / "loadavg").write_text("0.50 0.40 0.30 1/100 1234\n")
        (folder / "meminfo").write_text("MemTotal: 1000 kB\nMemAvailable:    600 kB\n")
        self.spent(0, 0)

    def spent(self, busy: int, idle: int) -> None:
        (self.folder / "stat").write_text(f"cpu {busy} 0 0 {idle} 0 0 0 0 0 0\ncpu0 1 2 3\n")

    def load(self) -> Load:
        return Load(self.folder, lambda: self.carried, lambda: self.moment, self.folder)


@pytest.fixture
def kernel(tmp_path: Path) -> Kernel:
    return Kernel(tmp_path)


def test_the_load_is_that_since_the_last_question(kernel: Kernel) -> None:
    load = kernel.load()
    kernel.moment += 10
    kernel.spent(750, 250)
    kernel.carried = 51_000

    found = load.now()

    assert (found.cpu_busy, found.bytes_per_second) == (0.75, 5000)
    assert found.memory_available_bytes == 600 * 1024
    assert found.disk_free_bytes > 0
    kernel.moment += 1
    assert load.now().cpu_busy == 0.75  # over so short a time it says nothing new
    kernel.moment += 9
    kernel.spent(850, 1150)
    assert load.now().cpu_busy == 0.1


def test_a_core_that_was_away_or_started_anew_makes_no_peak(kernel: Kernel) -> None:
    load = kernel.load()
    rates = []
    for carried in (None, 900_000, 100):
        kernel.moment += 10
        kernel.carried = carried
        rates.append(load.now().bytes_per_second)

    assert rates == [0, 0, 10]


def test_what_the_kernel_does_not_tell_is_told_as_nothing(kernel: Kernel) -> None:
    for file in list(kernel.folder.iterdir()):
        file.write_text("garbage\n")
    load = kernel.load()
    kernel.moment += 10

    found = load.now()

    assert (found.cpu_busy, found.load, found.memory_available_bytes) == (0.0, 0.0, 0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"users_live": -1},
        {"missing_seconds": "NaN"},
        {"missing_keys": ["u1"] * (KEYS_TOLD + 1)},
        {"missing_keys": ["<b>"]},
        {"life": "x" * 17},
        {"machine": {"cpu_busy": 2.0}},
    ],
    ids=str,
)
def test_a_status_out_of_its_bounds_is_not_believed(wrong: dict[str, object]) -> None:
    told: dict[str, object] = {
        "life": "0" * 16,
        "started_at": "2026-11-21T12:00:00Z",
        "clock": "2026-11-21T12:00:00Z",
        "version": "1",
        "core_running": True,
        "config_well": True,
        "users_live": 1,
    }
    ServerStatus.model_validate(told)

    with pytest.raises(ValidationError):
        ServerStatus.model_validate(told | wrong)
