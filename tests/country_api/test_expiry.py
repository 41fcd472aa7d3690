"""Access ends at its moment, with nobody calling and main_api gone."""

from tests.country_api.conftest import Agent, core_id
from tests.support.core import wait_until


def test_access_ends_at_its_moment_in_the_core_and_in_its_file(agent: Agent) -> None:
    agent.api.put_user(agent.user(1, days=30))
    agent.api.put_user(agent.user(2, days=31))
    agent.clock.advance(days=30, seconds=-1)
    assert agent.serves(core_id(1))

    agent.clock.advance(seconds=10)

    wait_until(lambda: not agent.serves(core_id(1)), "refused", seconds=5)
    wait_until(lambda: list(agent.file_users()) == ["u2"], "gone from the file", seconds=10)
    assert agent.serves(core_id(2))


def test_renewed_access_begins_again(agent: Agent) -> None:
    agent.api.put_user(agent.user(1, days=1))
    agent.clock.advance(days=2)
    wait_until(lambda: not agent.serves(core_id(1)), "refused", seconds=5)

    answer = agent.api.put_user(agent.user(1, revision=2, days=30))

    assert answer.in_core
    assert agent.serves(core_id(1))


def test_a_renewal_before_the_end_moves_the_end(agent: Agent) -> None:
    agent.api.put_user(agent.user(1, days=1))
    agent.api.put_user(agent.user(1, revision=2, days=60))

    agent.clock.advance(days=31)

    agent.tick()
    assert agent.serves(core_id(1))


def test_a_clock_that_is_set_back_gives_the_time_back(agent: Agent) -> None:
    agent.api.put_user(agent.user(1, days=1))
    agent.clock.advance(days=31)
    wait_until(lambda: not agent.serves(core_id(1)), "refused", seconds=5)

    agent.clock.advance(days=-31)

    wait_until(lambda: agent.serves(core_id(1)), "served again", seconds=5)
    wait_until(lambda: "u1" in agent.file_users(), "in the file again", seconds=10)


def test_access_that_ends_while_the_core_is_down_is_over_when_it_returns(agent: Agent) -> None:
    agent.api.put_user(agent.user(1, days=1))
    agent.core.kill()

    agent.clock.advance(days=2)

    wait_until(lambda: agent.file_users() == {}, "gone from the file", seconds=5)
    agent.start_core()
    assert not agent.serves(core_id(1))


def test_access_that_ended_while_the_agent_was_down_is_over_when_it_returns(agent: Agent) -> None:
    agent.api.put_user(agent.user(1, days=1))
    agent.stop()
    agent.clock.advance(days=2)

    agent.start()

    assert agent.file_users() == {}
    wait_until(lambda: not agent.serves(core_id(1)), "refused", seconds=5)
