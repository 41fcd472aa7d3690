"""The agent compares its users with main_api's; what was done to its file is noticed."""

import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from common.agreement import Table, digest
from common.clock import milliseconds
from common.errors import ServiceError
from main_api.vpn_api.agreement import Outcome
from main_api.vpn_api.core_ids import core_id
from main_api.vpn_api.servers import Server
from models.servers import ServerUser
from tests.country_api.conftest import KEY, Agent
from tests.support.core import wait_until
from tests.support.fake_country import KEY as SHOPS_KEY
from tests.support.shop import FINLAND, Shop
from tests.support.wsgi_transport import WsgiAdapter


def table_of(users: list[ServerUser]) -> Table:
    return Table(
        (int(it.key[1:]), digest(it.key, it.core_id, milliseconds(it.expires_at))) for it in users
    )


def by_hand(agent: Agent, statement: str, *values: object) -> None:
    """As another process would, while the agent runs."""
    with sqlite3.connect(agent.directory / "country_api.sqlite3", timeout=30) as db:
        db.execute(statement, values)
    db.close()


def test_the_agent_counts_who_is_let_in_after_the_moment_that_is_asked_for(agent: Agent) -> None:
    users = [agent.user(number, days=number) for number in range(1, 6)]
    agent.api.put_users([*users, agent.user(9, active=False)])

    for days, rest in ((0, users), (3, users[3:]), (9, [])):
        at = milliseconds(agent.clock() + timedelta(days=days))
        assert agent.api.agree(at, table_of(rest).root).equal
        assert not agent.api.agree(at, table_of(users[1:3]).root).equal


def test_the_agent_lists_only_the_buckets_asked_for(agent: Agent) -> None:
    agent.api.put_users([agent.user(number, days=number) for number in (1, 2, 257, 258, 514)])

    at = milliseconds(agent.clock() + timedelta(days=1.5))

    assert {it.key for it in agent.api.held_users(at, [1]).users} == {"u257"}
    assert {it.key for it in agent.api.held_users(at, [2]).users} == {"u2", "u258", "u514"}


def test_a_change_is_seen_at_once_also_one_by_another_process(agent: Agent) -> None:
    user = agent.user(1)
    at = milliseconds(agent.clock())
    empty = Table([]).root
    assert agent.api.agree(at, empty).equal

    agent.api.put_user(user)
    assert agent.api.agree(at, table_of([user]).root).equal
    by_hand(agent, "DELETE FROM users")

    assert agent.api.agree(at, empty).equal


def test_a_restart_shows_in_the_answer_and_in_the_description(agent: Agent) -> None:
    at, root = milliseconds(agent.clock()), Table([]).root
    life = agent.api.agree(at, root).life
    assert agent.api.describe().life == life

    agent.stop()
    agent.start()

    assert agent.api.agree(at, root).life == agent.api.describe().life != life


@pytest.mark.parametrize(
    "body",
    [
        {"at": -1, "root": "0" * 32},
        {"at": 1, "root": "x" * 32},
        {"at": 1},
        {"at": 1, "buckets": [256]},
        {"at": 1, "buckets": [0] * 257},
    ],
)
def test_nonsense_is_refused(agent: Agent, body: dict[str, object]) -> None:
    path = "/agreement/users" if "buckets" in body else "/agreement"

    with pytest.raises(ServiceError) as refused:
        agent.client.post(path, body, ServerUser)

    assert refused.value.status in (400, 422)


class Both:
    """A shop whose Finland is a real agent with a real core."""

    def __init__(self, folder: Path, agent: Agent) -> None:
        self.agent = agent
        self.shop = Shop(folder)
        self.shop.clock = agent.clock
        self.shop.adapters[f"https://{FINLAND}"] = WsgiAdapter(agent.app)
        self.shop.start()
        for number in range(1, 9):
            user = self.shop.register(number)
            self.shop.grant(user.user_id, f"order-{number}", days=20)

    def repair(self) -> Outcome:
        server = self.server()
        outcome = self.shop.deps.vpn.agreement.repair(server)
        self.shop.heal()
        return outcome

    def server(self) -> Server:
        servers = self.shop.deps.vpn.servers.callable()
        return next(it for it in servers if it.address == FINLAND)

    def id_of(self, user_id: int) -> str:
        return core_id(self.shop.record(user_id).access_secret, FINLAND)


@pytest.fixture
def both(agent: Agent, tmp_path: Path) -> Iterator[Both]:
    agent.environ["CALLER_KEYS"] = f'{{"main_api": ["{KEY}", "{SHOPS_KEY}"]}}'
    agent.stop()
    agent.start()
    wait_until(agent.in_order, "the agent is at one with the core")
    both = Both(tmp_path, agent)
    yield both
    both.shop.close()


def test_rows_lost_added_and_changed_by_hand_are_repaired_in_one_round(both: Both) -> None:
    agent = both.agent
    assert both.repair().equal
    changed = "UPDATE users SET expires_ms = expires_ms + 86400000 WHERE key = 'u2'"
    by_hand(agent, changed)
    by_hand(agent, "UPDATE users SET active = 0 WHERE key = 'u3'")
    by_hand(agent, "DELETE FROM users WHERE key IN ('u4', 'u5')")
    stranger = "0000000a-0000-4000-8000-000000000000"
    added = "INSERT INTO users SELECT 'u77', ?, ?, expires_ms, 9, 1 FROM users WHERE key = 'u1'"
    by_hand(agent, added, stranger, stranger)

    outcome = both.repair()

    assert (outcome.missing, outcome.extra, outcome.other) == (3, 1, 1)
    assert both.repair().equal
    wait_until(lambda: all(agent.serves(both.id_of(n)) for n in range(1, 9)), "all are served")
    wait_until(lambda: not agent.serves(stranger), "the stranger is not")


def test_an_agent_that_lost_its_file_is_filled_again(both: Both) -> None:
    agent = both.agent
    agent.stop()
    for file in agent.directory.glob("country_api.sqlite3*"):
        file.unlink()
    agent.start()
    both.shop.adapters[f"https://{FINLAND}"] = WsgiAdapter(agent.app)
    both.shop.start()

    assert both.repair().missing == 8

    assert both.repair().equal
    wait_until(lambda: all(agent.serves(both.id_of(n)) for n in range(1, 9)), "all are served")


def test_a_stale_push_after_a_repair_changes_nothing(both: Both) -> None:
    stale = both.agent.one(1).model_copy(update={"active": False})
    by_hand(both.agent, "DELETE FROM users WHERE key = 'u1'")
    both.repair()

    both.server().api.put_user(ServerUser(**stale.model_dump(exclude={"in_core"})))

    assert both.repair().equal
    assert both.agent.serves(both.id_of(1))
