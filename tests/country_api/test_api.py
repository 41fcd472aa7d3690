"""Who may ask the agent, and what it says of itself."""

import pytest

from common.errors import Unauthorized
from common.service_client import ServiceClient
from common.version import VERSION
from models.servers import ServerDescription, ServerUsers
from tests.country_api.conftest import KEY, Agent
from tests.support.wsgi_transport import session_to


def test_the_server_describes_how_it_is_reached(agent: Agent) -> None:
    told = agent.api.describe()
    assert told == ServerDescription(
        host="127.0.0.1",
        port=agent.port,
        core=agent.core.core.kind.value,
        version=VERSION,
        life=told.life,
    )


def test_only_main_api_gets_in(agent: Agent) -> None:
    for path in ("/users", "/users/u1", "/description", "/traffic/days"):
        assert agent.app.test_client().get(path).status_code == 404
    session, _ = session_to(agent.app)

    def ask(caller: str, key: str) -> None:
        client = ServiceClient(
            "http://agent",
            caller=caller,
            callee="country_api",
            key=key,
            clock=agent.clock,
            session=session,
        )
        client.get("/users", ServerUsers)

    with pytest.raises(Unauthorized):
        ask("tg_bot", KEY)
    with pytest.raises(Unauthorized):
        ask("main_api", "x" * 32)


def test_health_tells_of_the_core_its_file_and_the_store(agent: Agent) -> None:
    assert agent.health() == (200, {"core": True, "core_config": True, "store": True})

    agent.core.kill()

    assert agent.health() == (503, {"core": False, "core_config": True, "store": True})


def test_without_a_core_users_are_listed(agent: Agent) -> None:
    agent.api.put_user(agent.user(1))
    agent.core.kill()

    listed = agent.api.users()

    assert not listed.core_running
    assert [(user.key, bool(user.in_core)) for user in listed.users] == [("u1", False)]
