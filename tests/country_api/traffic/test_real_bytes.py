"""A real core, real bytes, and the route that tells of them."""

import pytest

from common.errors import Invalid
from tests.country_api.conftest import PAGE, Agent, core_id
from tests.country_api.traffic.reading import read, row, settled
from tests.support.core import wait_until


def test_bytes_survive_a_restart_of_the_core_and_of_the_agent(agent: Agent) -> None:
    read(agent)
    agent.api.put_user(agent.user(1))
    assert agent.serves(core_id(1))
    read(agent)
    first = settled(agent, 1)
    assert len(PAGE) <= first.down < 2 * len(PAGE)
    assert 0 < first.up < len(PAGE)

    agent.core.kill()
    agent.start_core()
    assert agent.serves(core_id(1))
    read(agent)
    second = settled(agent, 1)
    assert 2 * len(PAGE) <= second.down < 3 * len(PAGE)

    agent.stop()
    assert agent.serves(core_id(1))
    agent.start()
    wait_until(agent.in_order, "at one with the core", seconds=15)
    read(agent)
    third = settled(agent, 1)
    assert 3 * len(PAGE) <= third.down < 4 * len(PAGE)
    assert third.up > second.up > first.up
    read(agent)
    assert row(agent, 1) == third
    assert agent.api.traffic_days(0).ledger == agent.api.traffic_days(99).ledger


def test_bytes_are_counted_on_the_user_who_moved_them_and_on_no_other(agent: Agent) -> None:
    read(agent)
    agent.api.put_user(agent.user(1))
    agent.api.put_user(agent.user(2))
    assert agent.serves(core_id(1))
    read(agent)

    moved = settled(agent, 1)

    assert len(PAGE) <= moved.down < len(PAGE) + 1000
    assert 0 < moved.up < 1000
    assert {it.key for it in agent.api.traffic_days(0).rows if it.down} == {"u1"}


def test_the_last_traffic_of_a_user_is_known(agent: Agent) -> None:
    read(agent)
    agent.api.put_user(agent.user(1))
    assert agent.serves(core_id(1))
    read(agent)

    assert agent.deps
    assert agent.deps.counting.ledger.last_at("u1") == agent.clock()
    assert agent.deps.counting.ledger.last_at("u2") is None
    assert agent.api.presence("u1").last_traffic_at == agent.clock()


def test_the_route_answers_main_api_only_and_in_pages(agent: Agent) -> None:
    nothing = agent.api.traffic_days(0)

    assert (nothing.rows, nothing.cursor, nothing.more) == ([], 0, False)
    assert agent.app.test_client().get("/traffic/days").status_code == 404
    for wrong in (-1, 2**53):
        with pytest.raises(Invalid):
            agent.api.traffic_days(wrong)
