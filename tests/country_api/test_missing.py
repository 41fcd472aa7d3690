"""Who is missing in the core, and for how long, on a clock that the test sets."""

import pytest

from country_api.missing import Missing
from tests.country_api.conftest import Agent
from tests.support.systemd import Time
from tests.support.waiting import wait_until


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def missing(agent: Agent, time: Time) -> Missing:
    """Of an agent in which nothing runs by itself."""
    agent.api.put_users([agent.user(1), agent.user(2), agent.user(3, days=-1)])
    agent.stop()
    deps = agent._build()
    wait_until(deps.pulse.beat)
    return Missing(deps.store, deps.enforcer, agent.clock, time)


def test_until_the_core_is_compared_all_with_access_are_missing(
    agent: Agent, missing: Missing
) -> None:
    assert missing.now(core_running=True).keys == ["u1", "u2"]
    assert agent.deps

    agent.deps.enforcer.repair()

    assert missing.now(core_running=True) == (2, [], 0.0)
    assert missing.now(core_running=False).keys == ["u1", "u2"]


def test_it_counts_from_the_first_look_and_ends_with_the_last_one_missing(
    agent: Agent, missing: Missing, time: Time
) -> None:
    assert missing.now(core_running=True).seconds == 0.0
    for time.now in (10.0, 25.0):
        assert missing.now(core_running=True).seconds == time.now
    agent.api.put_user(agent.user(9))

    found = missing.now(core_running=True)

    assert (found.keys, found.seconds) == (["u1", "u2", "u9"], 25.0)
    assert agent.deps
    agent.deps.enforcer.repair()
    missing.now(core_running=True)
    assert missing.now(core_running=False).seconds == 0.0
