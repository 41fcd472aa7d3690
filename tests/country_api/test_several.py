"""Many users in one call: each is taken or refused alone, all reach disk and core together."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from common.errors import BadRequest, Invalid
from models.servers import MOST_USERS, PutUsers, PutUsersAnswer, UserAnswer
from tests.country_api.conftest import Agent, core_id


def taken(number: int, revision: int = 1, *, in_core: bool = True) -> UserAnswer:
    return UserAnswer(key=f"u{number}", revision=revision, in_core=in_core)


def test_two_hundred_at_once_are_all_in_the_core_and_let_in(agent: Agent) -> None:
    users = [agent.user(number) for number in range(1, MOST_USERS + 1)]

    answers = agent.api.put_users(users).answers

    assert answers == [taken(number) for number in range(1, MOST_USERS + 1)]
    assert [one.key for one in agent.api.users().users if one.in_core is False] == []
    assert agent.deps
    if agent.deps.accounts.can_list:
        assert agent.deps.accounts.listed() == {it.key: it.core_id for it in users}
    assert all(agent.serves(core_id(number)) for number in (1, 57, MOST_USERS))


def test_one_who_is_refused_fails_no_other(agent: Agent) -> None:
    agent.api.put_user(agent.user(1))
    like_the_first = "00000001-0000-4fff-8000-000000000000"
    far = agent.user(3).model_copy(
        update={"expires_at": agent.user(3).expires_at.replace(year=9999)}
    )

    answers = agent.api.put_users(
        [agent.user(2), agent.user(9, core_id=like_the_first), far, agent.user(4)]
    ).answers

    assert answers == [
        taken(2),
        UserAnswer(key="u9", refused="core_id_taken"),
        UserAnswer(key="u3", refused="invalid"),
        taken(4),
    ]
    assert [user.key for user in agent.api.users().users] == ["u1", "u2", "u4"]
    assert all(agent.serves(core_id(number)) for number in (1, 2, 4))


def test_an_older_revision_among_others_is_not_applied(agent: Agent) -> None:
    agent.api.put_user(agent.user(1, revision=7))

    answers = agent.api.put_users(
        [agent.user(1, revision=6, active=False), agent.user(2, revision=3)]
    ).answers

    assert answers == [taken(1, 7), taken(2, 3)]
    assert agent.serves(core_id(1))


def test_some_come_others_go_and_others_get_a_new_id_in_one_call(agent: Agent) -> None:
    agent.api.put_users([agent.user(number) for number in (1, 2, 3)])

    answers = agent.api.put_users(
        [
            agent.user(1, revision=2, active=False),
            agent.user(2, revision=2, core_id=core_id(9)),
            agent.user(3, revision=2, days=60),
            agent.user(4, days=-1),
        ]
    ).answers

    assert [answer.in_core for answer in answers] == [False, True, True, False]
    let_in = {number for number in (1, 2, 3, 4, 9) if agent.serves(core_id(number))}
    assert let_in == {3, 9}


def test_the_same_user_twice_ends_as_the_newer_one(agent: Agent) -> None:
    newer, older = agent.user(1, revision=2), agent.user(1, active=False)

    answers = agent.api.put_users([newer, older]).answers

    assert answers == [taken(1, 2), taken(1, 2)]
    assert agent.serves(core_id(1))


def test_what_the_core_had_under_other_ids_is_replaced(agent: Agent) -> None:
    assert agent.deps
    agent.deps.accounts.add({"u1": core_id(8), "u2": core_id(7)})

    failed = agent.deps.accounts.add({f"u{n}": core_id(n) for n in (1, 2, 3)})

    assert failed == {}
    let_in = {number for number in (1, 2, 3, 7, 8) if agent.serves(core_id(number))}
    assert let_in == {1, 2, 3}


def test_without_a_core_all_are_kept_and_let_in_when_it_is_back(agent: Agent) -> None:
    agent.core.kill()
    numbers = range(1, 51)

    answers = agent.api.put_users([agent.user(number) for number in numbers]).answers

    assert answers == [taken(number, in_core=False) for number in numbers]
    agent.start_core()
    agent.tick()
    assert all(agent.serves(core_id(number)) for number in (1, 25, 50))


def test_a_core_that_hangs_costs_one_wait_and_not_one_for_each(agent: Agent) -> None:
    agent.core.pause()
    answers = agent.api.put_users([agent.user(number) for number in range(1, 101)]).answers
    agent.core.resume()

    assert not any(answer.in_core for answer in answers)
    agent.tick()
    assert all(agent.serves(core_id(number)) for number in (1, 50, 100))


def test_lists_that_overlap_end_as_the_newest_revision_of_each(agent: Agent) -> None:
    def push(revision: int) -> None:
        numbers = range(1, 21) if revision % 2 else range(20, 0, -1)
        ids = {number: core_id(1000 * revision + number) for number in numbers}
        agent.api.put_users([agent.user(it, revision=revision, core_id=ids[it]) for it in numbers])

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(push, [3, 8, 1, 12, 5, 10, 2, 11, 4, 9, 7, 6]))

    assert {user.revision for user in agent.api.users().users} == {12}
    assert all(agent.serves(core_id(12_000 + number)) for number in (1, 10, 20))
    assert not agent.serves(core_id(11_001))


def test_too_many_or_none_at_all_are_refused(agent: Agent) -> None:
    users = [agent.user(number).model_dump(mode="json") for number in range(1, MOST_USERS + 2)]

    for several in (users, []):
        with pytest.raises((Invalid, BadRequest)):
            agent.client.call("PUT", "/users", PutUsersAnswer, body={"users": several})

    assert agent.api.users().users == []


def test_as_many_as_are_allowed_fit_into_a_request(agent: Agent) -> None:
    users = [
        agent.user(10**15 - n, revision=2**53 - 1, core_id=core_id(n)) for n in range(MOST_USERS)
    ]

    assert len(PutUsers(users=users).model_dump_json()) < 60_000
    assert all(answer.refused is None for answer in agent.api.put_users(users).answers)


def test_who_ends_now_is_not_let_in_and_who_ends_a_moment_later_is(agent: Agent) -> None:
    now = agent.clock()
    ends = {1: now, 2: now + timedelta(milliseconds=1), 3: now - timedelta(milliseconds=1)}

    answers = agent.api.put_users(
        [agent.user(number, expires_at=end) for number, end in ends.items()]
    ).answers

    assert [answer.in_core for answer in answers] == [False, True, False]
    assert {number for number in ends if agent.serves(core_id(number))} == {2}


def test_a_refused_one_keeps_what_was_held_of_him(agent: Agent) -> None:
    agent.api.put_users([agent.user(1), agent.user(2, revision=4)])

    answers = agent.api.put_users(
        [agent.user(2, revision=5, core_id=core_id(1)), agent.user(1, revision=2)]
    ).answers

    assert answers == [UserAnswer(key="u2", refused="core_id_taken"), taken(1, 2)]
    assert (agent.one(2).revision, agent.one(2).core_id) == (4, core_id(2))
    assert agent.serves(core_id(2))
