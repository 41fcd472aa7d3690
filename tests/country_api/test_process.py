"""The agent as it really runs: a gunicorn process that is killed, and time that jumps."""

import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from common.clock import make_clock
from common.errors import ServiceError
from tests.country_api.agent_process import AgentProcess
from tests.country_api.conftest import CORES, Agent, Site, core_id
from tests.support.core import ROOT, wait_until


@pytest.fixture
def server() -> Iterator[Agent]:
    """The directory, site and core of a server whose agent is a process of its own."""
    if not CORES:
        pytest.skip("no VPN core here")
    site = Site()
    server = Agent(CORES[0], site)
    server.clock.now = make_clock(None)()
    yield server
    server.close()
    site.close()


@pytest.fixture
def process(server: Agent) -> Iterator[AgentProcess]:
    process = AgentProcess(server)
    try:
        process.start()
        server.core.start()
        wait_until(lambda: process.api.users().core_running, "the agent has met the core")
        yield process
    finally:
        process.kill()


def test_no_answered_put_is_lost_when_the_agent_is_killed_and_the_file_has_it_at_its_return(
    server: Agent, process: AgentProcess
) -> None:
    answered: list[int] = []
    killed = threading.Event()

    def push() -> None:
        for number in range(1, 5000):
            try:
                process.api.put_user(server.user(number))
            except ServiceError:
                killed.wait()
                return
            answered.append(number)

    pushing = threading.Thread(target=push)
    pushing.start()
    wait_until(lambda: len(answered) >= 50, "pushes are in flight")

    process.kill()
    killed.set()
    pushing.join()
    process.start()

    assert {f"u{number}" for number in answered} <= server.file_users().keys()
    server.core.kill()
    server.core.start()
    some = [core_id(answered[0]), core_id(answered[-1])]
    # v2ray is told of them anew, with a gap of milliseconds
    wait_until(lambda: all(map(server.serves, some)), "served")


def test_a_list_that_was_answered_is_whole_after_a_kill_and_one_that_was_not_is_whole_or_absent(
    server: Agent, process: AgentProcess
) -> None:
    size, answered = 100, []
    killed = threading.Event()

    def push() -> None:
        for first in range(1, 100_000, size):
            try:
                process.api.put_users([server.user(n) for n in range(first, first + size)])
            except ServiceError:
                killed.wait()
                return
            answered.append(first)

    pushing = threading.Thread(target=push)
    pushing.start()
    wait_until(lambda: len(answered) >= 3, "lists are in flight")

    process.kill()
    killed.set()
    pushing.join()
    process.start()

    there = server.file_users().keys()
    assert {f"u{first + n}" for first in answered for n in range(size)} <= there
    assert len(there) % size == 0


def test_access_is_over_two_seconds_after_time_jumped_by_a_month(
    server: Agent, process: AgentProcess
) -> None:
    process.api.put_user(server.user(1, days=30))
    process.api.put_user(server.user(2, days=60))
    assert server.serves(core_id(1))

    process.offset.write_text(str(31 * 86400))

    wait_until(lambda: not server.serves(core_id(1)), "refused", seconds=10)
    assert server.serves(core_id(2))
    wait_until(lambda: list(server.file_users()) == ["u2"], "out of the file", seconds=10)
    assert "Traceback" not in process.log()


def test_wrong_settings_end_the_agent_with_one_message(server: Agent) -> None:
    environ = server.environ | {"CALLER_KEYS": "", "CORE_API": "10.0.0.1:1"}

    ended = subprocess.run(
        [sys.executable, "-c", "import country_api.wsgi"],
        cwd=ROOT, env=environ, capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip

    assert ended.returncode == 4
    assert "CALLER_KEYS: missing\nCORE_API: must be unix:/path or 127.0.0.1:port" in ended.stderr
    assert "Traceback" not in ended.stderr
