"""Reads an agent's core and shows what has been counted."""

import time

from common.errors import ServiceError
from models.traffic import TrafficDay
from tests.country_api.conftest import Agent
from tests.support.core import wait_until


def read(agent: Agent) -> None:
    """A reading, as soon as the core is old enough for one."""

    def taken() -> bool:
        assert agent.deps
        try:
            return agent.deps.counting.recorder.tick()
        except ServiceError:
            return False

    wait_until(taken, "the core is read", seconds=20)


def row(agent: Agent, number: int) -> TrafficDay:
    found = {row.key: row for row in agent.api.traffic_days(0).rows}
    return found[f"u{number}"]


def settled(agent: Agent, number: int) -> TrafficDay:
    """Counters may move a moment after the page has been got."""
    last = None
    while (now := row(agent, number)) != last:
        last = now
        time.sleep(0.3)
        read(agent)
    return now
