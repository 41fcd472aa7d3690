"""A server whose power fails while main_api is away: agent and core come back from its disk alone.

Nothing here plays main_api after the users have been pushed: nobody calls the agent.
"""

from collections.abc import Iterator

import pytest

from common.clock import make_clock
from tests.country_api.agent_process import AgentProcess
from tests.country_api.conftest import Agent, Site, core_id
from tests.support.core import FoundCore, wait_until

DAY = 86400
LONG_REST = "3600"


class Server:
    """Both as processes. Of its users 1 has a day left, 2 and 3 have a month; 3 was put a moment
    ago, so the core's file, which rests a while after each write, knows nothing of him.
    """

    def __init__(self, core: FoundCore) -> None:
        self.site = Site()
        self.disk = Agent(core, self.site)
        self.disk.clock.now = make_clock(None)()
        self.disk.environ["CORE_CONFIG_REST_SECONDS"] = LONG_REST
        self.agent = AgentProcess(self.disk)

    def start(self) -> None:
        self.agent.start()
        self.disk.core.start()
        wait_until(lambda: self.agent.api.users().core_running, "they have met", seconds=30)
        self.agent.api.put_users([self.disk.user(1, days=1), self.disk.user(2)])
        wait_until(lambda: len(self.disk.file_users()) == 2, "in the file", seconds=30)
        self.agent.api.put_user(self.disk.user(3))

    def lose_power(self, *, days_off: float) -> None:
        self.agent.kill()
        self.disk.core.kill()
        self.agent.offset.write_text(str(days_off * DAY))

    def served(self) -> list[int]:
        return [number for number in (1, 2, 3) if self.disk.serves(core_id(number))]

    def close(self) -> None:
        self.agent.kill()
        self.disk.close()
        self.site.close()


@pytest.fixture
def server(core: FoundCore) -> Iterator[Server]:
    server = Server(core)
    try:
        server.start()
        yield server
    finally:
        server.close()


def test_started_in_the_units_order_it_serves_who_paid_and_nobody_else_from_the_first_moment(
    server: Server,
) -> None:
    assert server.served() == [1, 2, 3]
    server.lose_power(days_off=2)

    server.agent.start()
    assert sorted(server.disk.file_users()) == ["u2", "u3"]
    server.disk.core.start()

    assert not server.disk.serves(core_id(1))
    # v2ray is told of everybody anew, with a gap of milliseconds for each
    wait_until(lambda: server.served() == [2, 3], "those who paid", seconds=20)


def test_started_the_other_way_round_it_is_right_as_soon_as_the_agent_is_there(
    server: Server,
) -> None:
    server.lose_power(days_off=2)

    server.disk.core.start()
    assert server.served() == [1, 2]  # what its file says, without an agent that could know better
    server.agent.start()

    wait_until(lambda: server.served() == [2, 3], "brought level", seconds=20)
    assert sorted(server.disk.file_users()) == ["u2", "u3"]


def test_whoever_paid_is_served_even_if_the_agent_never_comes_back(server: Server) -> None:
    server.lose_power(days_off=2)

    server.disk.core.start()

    assert 2 in server.served()


def test_a_second_reboot_finds_the_same(server: Server) -> None:
    server.lose_power(days_off=2)
    server.agent.start()
    server.disk.core.start()
    server.lose_power(days_off=3)

    server.agent.start()
    server.disk.core.start()

    wait_until(lambda: server.served() == [2, 3], "those who paid", seconds=20)
