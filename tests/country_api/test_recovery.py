"""What is killed comes back with the users it should have, whichever of the two it is."""

import time
from collections.abc import Callable, Iterator

import pytest
from typing_extensions import override

from common.errors import Unavailable
from common.settings import load
from country_api.core.accounts import Accounts
from country_api.core.config import CoreKind
from country_api.enforce import Enforcer
from country_api.settings import CountrySettings
from country_api.store import Store
from models.servers import ServerUsers
from tests.country_api.conftest import Agent, core_id
from tests.support.core import wait_until


def test_a_killed_core_has_its_users_from_the_file_with_the_agent_gone(agent: Agent) -> None:
    agent.api.put_user(agent.user(1))
    agent.stop()
    agent.core.kill()

    agent.core.start()

    assert agent.serves(core_id(1))


def test_a_user_put_while_the_core_was_down_is_served_when_it_is_back(agent: Agent) -> None:
    agent.core.kill()

    answer = agent.api.put_user(agent.user(1))

    assert not answer.in_core
    wait_until(lambda: "u1" in agent.file_users(), "in the file", seconds=15)
    agent.start_core()
    assert agent.serves(core_id(1))


def test_a_core_started_from_an_old_file_is_brought_up_to_date(agent: Agent) -> None:
    agent.api.put_user(agent.user(1))
    agent.api.put_user(agent.user(2))
    agent.api.put_user(agent.user(3))
    wait_until(lambda: len(agent.file_users()) == 3, "in the file", seconds=15)
    old = agent.core.config.read_text()
    agent.core.kill()
    agent.api.put_user(agent.user(1, revision=2, active=False))
    agent.api.put_user(agent.user(2, revision=2, core_id=core_id(9)))
    agent.api.put_user(agent.user(4))
    wait_until(lambda: sorted(agent.file_users()) == ["u2", "u3", "u4"], "written", seconds=15)
    agent.core.config.write_text(old)

    agent.start_core()

    served = [number for number in (1, 2, 3, 4, 9) if agent.serves(core_id(number))]
    assert served == [3, 4, 9]


def test_a_core_that_is_killed_again_and_again_is_repaired_each_time(agent: Agent) -> None:
    empty = agent.core.config.read_text()
    agent.api.put_user(agent.user(1))
    for _ in range(3):
        agent.core.kill()
        agent.core.config.write_text(empty)
        agent.core.start()
        wait_until(lambda: agent.serves(core_id(1)), "served again", seconds=9)


def test_a_core_that_hangs_does_not_hold_the_caller_and_is_told_later(agent: Agent) -> None:
    agent.core.pause()
    began = time.monotonic()

    answer = agent.api.put_user(agent.user(1))

    assert time.monotonic() - began < 2
    assert not answer.in_core
    with pytest.raises(Unavailable):
        agent.client.get("/health", ServerUsers)
    agent.core.resume()
    wait_until(lambda: agent.serves(core_id(1)), "served after all", seconds=9)


def test_the_api_socket_of_a_killed_core_is_cleared_away_and_of_a_living_one_is_not(
    agent: Agent,
) -> None:
    socket = agent.directory / "api.sock"
    if agent.core.core.kind is CoreKind.V2RAY:
        pytest.skip("v2ray's API does not listen on a socket file")
    agent.core.pause()
    agent.tick()
    assert socket.is_socket()
    agent.core.resume()

    agent.core.kill()

    wait_until(lambda: not socket.exists(), "cleared away", seconds=9)


def test_what_was_stored_but_not_applied_when_the_agent_died_is_applied_at_its_start(
    agent: Agent,
) -> None:
    agent.api.put_user(agent.user(1))
    agent.api.put_user(agent.user(2))
    agent.api.put_user(agent.user(3))
    agent.stop()
    store = Store(agent.directory / "country_api.sqlite3")
    store.put([agent.user(1, revision=2, active=False)])
    store.put([agent.user(2, revision=2, core_id=core_id(9))])
    store.put([agent.user(4)])
    store.close()

    agent.start()

    assert sorted(agent.file_users()) == ["u2", "u3", "u4"]
    wait_until(agent.in_order, "compared", seconds=9)
    served = [number for number in (1, 2, 3, 4, 9) if agent.serves(core_id(number))]
    assert served == [3, 4, 9]


def test_a_lost_config_file_is_back_after_a_restart_of_the_agent(agent: Agent) -> None:
    agent.api.put_user(agent.user(1))
    agent.stop()
    agent.core.config.unlink()

    agent.start()

    assert agent.file_users() == {"u1": core_id(1)}


def test_what_somebody_else_did_to_the_core_is_undone_by_the_comparison(agent: Agent) -> None:
    if agent.core.core.kind is CoreKind.V2RAY:
        pytest.skip("v2ray cannot list its users")
    agent.api.put_user(agent.user(1))
    agent.api.put_user(agent.user(2))
    assert agent.deps
    agent.deps.accounts.remove(["u1"])
    agent.deps.accounts.add({"u2": core_id(8)})
    agent.deps.accounts.add({"intruder": core_id(7)})

    agent.deps.enforcer.repair()

    assert agent.deps.accounts.listed() == {"u1": core_id(1), "u2": core_id(2)}
    assert [number for number in (1, 2, 7, 8) if agent.serves(core_id(number))] == [1, 2]


class Overtaken(Accounts):
    """Something happens between the core's list and its being used."""

    meanwhile: Callable[[], None]

    @override
    def each(self) -> Iterator[tuple[str, str]]:
        found = super().each()
        self.meanwhile()
        return found


def test_an_older_list_of_the_core_is_not_believed_of_one_with_whom_it_has_failed_since(
    agent: Agent,
) -> None:
    if agent.core.core.kind is CoreKind.V2RAY:
        pytest.skip("v2ray cannot list its users")
    agent.api.put_user(agent.user(1))
    agent.stop()
    deps = agent._build()  # nothing in it runs by itself
    plan = load(CountrySettings, agent.environ).plan()
    accounts = Overtaken(deps.client, plan)
    enforcer = Enforcer(deps.store, accounts, deps.pulse, agent.clock, lambda _: None)

    def put_in_vain() -> None:
        agent.core.pause()
        for revision, active in ((2, False), (3, True)):
            deps.store.put([agent.user(1, revision=revision, active=active)])
            assert not enforcer.settle(["u1"])
        agent.core.resume()
        wait_until(deps.pulse.beat, "the core answers")
        accounts.remove(["u1"])  # the first was heard, though late, and the second was not

    accounts.meanwhile = put_in_vain
    enforcer.repair()
    enforcer.settle_rest()

    assert agent.serves(core_id(1))


def test_a_thousand_puts_are_taken_fast(agent: Agent) -> None:
    if agent.core.core.kind is CoreKind.V2RAY:
        pytest.skip("once is enough; v2ray's own part is in the next test")
    began = time.monotonic()

    for number in range(1, 1001):
        assert agent.api.put_user(agent.user(number)).in_core

    assert time.monotonic() - began < 20
    wait_until(lambda: len(agent.file_users()) == 1000, "the file has them all")


def test_a_thousand_users_are_back_fast_in_a_core_that_forgot_them(agent: Agent) -> None:
    empty = agent.core.config.read_text()
    agent.stop()
    store = Store(agent.directory / "country_api.sqlite3")
    for number in range(1, 1001):
        store.put([agent.user(number)])
    store.close()
    agent.start()
    assert len(agent.file_users()) == 1000
    wait_until(agent.in_order, "all of them in the running core", seconds=15)
    agent.core.kill()
    agent.core.config.write_text(empty)

    agent.core.start()

    wait_until(agent.in_order, "back", seconds=15)
    assert all(agent.serves(core_id(number)) for number in (1, 500, 1000))
