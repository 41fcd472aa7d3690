"""Connections of users who are gone end, with the real core, and nobody else's do.

On loopback, where each of 127.0.0.0/8 is an address of its own; apart on hosts of their own and
with REALITY in test_cutting_hosts.py.
"""

from collections.abc import Callable, Iterator

import pytest

from country_api.core.config import CoreKind
from country_api.cutting.agenda import AGAIN_SECONDS
from country_api.cutting.check import why_not
from country_api.cutting.cutter import SWEEP_SECONDS
from tests.country_api.conftest import CORES, Agent, core_id
from tests.support.core import FoundCore
from tests.support.streams import PAUSE_SECONDS, Spring, Stream, spring
from tests.support.waiting import wait_until

XRAY = [core for core in CORES if core.kind is CoreKind.XRAY]
MANY = 300
SOON = SWEEP_SECONDS / 2  # any longer, and a sweep would do it
HERE, THERE = "127.0.0.2", "127.0.0.3"
pytestmark = pytest.mark.skipif(bool(why_not()), reason=f"cannot cut here: {why_not()}")


@pytest.fixture
def core() -> FoundCore:
    if not XRAY:
        pytest.skip("v2ray does not count addresses")
    return XRAY[0]


@pytest.fixture
def site(request: pytest.FixtureRequest) -> Iterator[Spring]:
    """Sends slowly to many."""
    with spring(pause_seconds=getattr(request, "param", PAUSE_SECONDS)) as site:
        yield site


class Visitors:
    """Streams of customers through the agent's core."""

    def __init__(self, agent: Agent, site: Spring) -> None:
        self._agent, self._site = agent, site
        self.streams: list[Stream] = []

    def come(self, number: int, source: str) -> Stream:
        stream = self.knock(number, source)
        assert stream.runs()
        return stream

    def knock(self, number: int, source: str) -> Stream:
        """Come without looking whether it runs, which takes the core a while."""
        stream = Stream(self._agent.port, core_id(number), self._site.address, source)
        self.streams.append(stream)
        return stream


@pytest.fixture
def visitors(agent: Agent, site: Spring) -> Iterator[Visitors]:
    visitors = Visitors(agent, site)
    yield visitors
    for stream in visitors.streams:
        stream.close()


def revoke(agent: Agent) -> None:
    agent.api.put_user(agent.user(1, revision=2, active=False))


def expire(agent: Agent) -> None:
    agent.clock.advance(days=2)


def replace_link(agent: Agent) -> None:
    agent.api.put_user(agent.user(1, revision=2, core_id=core_id(9)))


def restart_after_the_end(agent: Agent) -> None:
    agent.stop()
    agent.clock.advance(days=2)
    agent.start()


def die_between_removal_and_cut(agent: Agent) -> None:
    assert agent.deps
    agent.deps.accounts.remove(["u1"])
    agent.deps.store.put([agent.user(1, revision=2, active=False)])
    agent.stop()
    agent.start()


@pytest.mark.parametrize(
    "end", [revoke, expire, replace_link, restart_after_the_end, die_between_removal_and_cut]
)
def test_the_stream_of_one_who_is_gone_breaks_and_another_goes_on(
    agent: Agent, visitors: Visitors, end: Callable[[Agent], None]
) -> None:
    agent.api.put_user(agent.user(1, days=1))
    agent.api.put_user(agent.user(2))
    gone, stays = visitors.come(1, HERE), visitors.come(2, THERE)

    end(agent)

    wait_until(lambda: not gone.runs(), SOON)
    assert stays.runs()
    with pytest.raises(AssertionError):
        visitors.come(1, HERE)


def test_a_neighbour_behind_the_same_address_reconnects_at_once(
    agent: Agent, visitors: Visitors
) -> None:
    agent.api.put_user(agent.user(1))
    agent.api.put_user(agent.user(2))
    gone, neighbour = visitors.come(1, HERE), visitors.come(2, HERE)

    revoke(agent)

    wait_until(lambda: not gone.runs() and not neighbour.runs(), SOON)
    assert visitors.come(2, HERE).runs()


def test_what_one_who_is_let_in_again_has_begun_since_is_not_cut(
    agent: Agent, visitors: Visitors
) -> None:
    agent.api.put_user(agent.user(1))
    first = visitors.come(1, HERE)
    revoke(agent)
    wait_until(lambda: not first.runs(), SOON)

    agent.api.put_user(agent.user(1, revision=3))
    again = visitors.come(1, HERE)

    assert again.runs_for(AGAIN_SECONDS + 1)


def test_what_began_under_the_old_id_is_cut_though_another_is_given_out_at_once(
    agent: Agent, visitors: Visitors
) -> None:
    agent.api.put_user(agent.user(1))
    first = visitors.come(1, HERE)
    revoke(agent)
    agent.api.put_user(agent.user(1, revision=3, core_id=core_id(9)))
    wait_until(lambda: not first.runs(), SOON)
    late = visitors.come(9, HERE)  # stands for one that was let in at the very moment

    wait_until(lambda: not late.runs(), SOON)


def test_a_new_date_and_an_agent_that_knows_nothing_yet_cut_nobody(
    agent: Agent, visitors: Visitors
) -> None:
    agent.api.put_user(agent.user(1))
    stream = visitors.come(1, HERE)
    agent.stop()
    agent._build()  # its keeper has not looked at the core
    assert agent.deps
    agent.deps.cutter.start()

    agent.api.put_user(agent.user(1, revision=2, days=60))
    agent.tick()
    agent.api.put_user(agent.user(1, revision=3, days=90))

    assert all(stream.runs() for _ in range(30))
    assert visitors.come(1, THERE).runs()


def test_one_whose_name_the_core_had_already_is_not_cut(agent: Agent, visitors: Visitors) -> None:
    agent.stop()
    agent._build()  # nothing in it runs yet that would cut a stranger
    assert agent.deps
    agent.deps.accounts.add({"u1": core_id(1)})
    stream = visitors.come(1, HERE)

    agent.api.put_user(agent.user(1))
    agent.deps.cutter.start()

    assert all(stream.runs() for _ in range(30))
    assert visitors.come(1, THERE).runs()


def test_one_who_was_put_while_the_core_was_away_is_not_cut_when_it_is_back(
    agent: Agent, visitors: Visitors
) -> None:
    empty = agent.core.config.read_text()
    agent.core.pause()
    agent.api.put_user(agent.user(1))  # is told to the core, which says nothing
    agent.core.kill()
    wait_until(lambda: "u1" in agent.file_users())
    agent.core.config.write_text(empty)  # as if it had not been written in time
    agent.start_core()
    wait_until(lambda: agent.one(1).in_core is True)

    assert visitors.come(1, HERE).runs_for(AGAIN_SECONDS + 1)


@pytest.mark.parametrize("site", [0.3], indirect=True)
def test_hundreds_whose_access_ends_at_one_moment_are_cut_together(
    agent: Agent, visitors: Visitors
) -> None:
    several = [agent.user(number, days=1) for number in range(1, MANY + 1)]
    agent.api.put_users(several[:200])
    agent.api.put_users([*several[200:], agent.user(MANY + 1)])
    wait_until(lambda: agent.deps is not None and len(agent.deps.accounts.listed()) == MANY + 1)
    gone = [visitors.knock(n, f"127.1.{n // 200}.{n % 200 + 1}") for n in range(1, MANY + 1)]
    stays = visitors.come(MANY + 1, THERE)
    assert all(stream.runs() for stream in gone)

    expire(agent)

    wait_until(lambda: not any(stream.lives() for stream in gone), SOON)
    assert stays.runs()
