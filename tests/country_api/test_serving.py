"""A user on the server: served after a PUT, counted, refused after removal, on real traffic."""

import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from common.errors import Conflict, Invalid, NotFound
from country_api.core.config import CoreKind
from tests.country_api.conftest import Agent, core_id


def test_a_user_is_served_from_the_moment_his_put_is_answered(agent: Agent) -> None:
    assert not agent.serves(core_id(1))

    answer = agent.api.put_user(agent.user(1))

    assert agent.serves(core_id(1))
    assert (answer.revision, answer.in_core) == (1, True)


def test_a_removed_user_gets_no_new_connection(agent: Agent) -> None:
    agent.api.put_user(agent.user(1))
    agent.api.put_user(agent.user(2))

    answer = agent.api.put_user(agent.user(1, revision=2, active=False))

    assert not answer.in_core
    assert not agent.serves(core_id(1))
    assert agent.serves(core_id(2))


def test_a_new_id_replaces_the_old_one(agent: Agent) -> None:
    agent.api.put_user(agent.user(1))

    agent.api.put_user(agent.user(1, revision=2, core_id=core_id(9)))

    assert agent.serves(core_id(9))
    assert not agent.serves(core_id(1))


def test_an_older_revision_is_ignored_and_the_newer_state_answered(agent: Agent) -> None:
    agent.api.put_user(agent.user(1, revision=7))

    answer = agent.api.put_user(agent.user(1, revision=6, active=False))

    assert (answer.revision, answer.in_core) == (7, True)
    assert agent.serves(core_id(1))


def test_a_late_push_does_not_bring_a_removed_user_back(agent: Agent) -> None:
    agent.api.put_user(agent.user(1, revision=2, active=False))

    answer = agent.api.put_user(agent.user(1, revision=1))

    assert (answer.revision, answer.in_core) == (2, False)
    assert not agent.serves(core_id(1))


def test_the_same_put_again_changes_nothing(agent: Agent) -> None:
    first = agent.api.put_user(agent.user(1))
    again = agent.api.put_user(agent.user(1))

    assert first == again
    assert agent.serves(core_id(1))


def test_pushes_that_overtake_each_other_leave_the_newest_state(agent: Agent) -> None:
    revisions = list(range(1, 41))
    random.Random(7).shuffle(revisions)

    def push(revision: int) -> None:
        ids = core_id(100 + revision % 3)
        user = agent.user(1, revision=revision, core_id=ids, active=revision % 2 == 0)
        agent.api.put_user(user)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(push, revisions))

    assert agent.one(1).revision == 40
    assert [n for n in (100, 101, 102) if agent.serves(core_id(n))] == [100 + 40 % 3]


def test_a_second_user_with_an_id_that_the_core_takes_for_the_same_is_refused(
    agent: Agent,
) -> None:
    agent.api.put_user(agent.user(1))

    with pytest.raises(Conflict) as caught:
        agent.api.put_user(agent.user(2, core_id="00000001-0000-4fff-8000-000000000000"))

    assert caught.value.code == "core_id_taken"
    assert agent.serves(core_id(1))
    assert [user.key for user in agent.api.users().users] == ["u1"]


def test_a_user_whose_time_is_over_is_stored_and_not_served(agent: Agent) -> None:
    answer = agent.api.put_user(agent.user(1, days=-1))

    assert not answer.in_core
    assert not agent.serves(core_id(1))
    assert agent.api.users().users[0].active


def test_the_list_tells_what_is_wanted_and_what_the_core_has(agent: Agent) -> None:
    agent.api.put_user(agent.user(1))
    agent.api.put_user(agent.user(2, active=False))

    listed = agent.api.users()

    tells = agent.core.core.kind is CoreKind.XRAY
    assert listed.core_running
    assert [(u.key, u.active, u.in_core) for u in listed.users] == [
        ("u1", True, True if tells else None),
        ("u2", False, False if tells else None),
    ]
    assert listed.users[0].expires_at == agent.user(1).expires_at


def test_one_user_can_be_asked_for(agent: Agent) -> None:
    agent.api.put_user(agent.user(1))

    assert agent.one(1).core_id == core_id(1)
    with pytest.raises(NotFound) as caught:
        agent.one(2)
    assert caught.value.code == "no_such_user"


def test_what_does_not_fit_is_refused(agent: Agent) -> None:
    user = agent.user(1)
    with pytest.raises(Invalid):
        agent.put_raw("u2", user.model_dump(mode="json"))
    for wrong in ({"expires_at": "9999-12-31T23:59:59-23:59"}, {"core_id": "x"}, {"revision": -1}):
        with pytest.raises(Invalid):
            agent.put_raw("u1", user.model_dump(mode="json") | wrong)

    assert agent.api.users().users == []
