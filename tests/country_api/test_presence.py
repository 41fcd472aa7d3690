"""Proof of access: the agent tells of one user what lies on its disk and what its core has."""

import json

from country_api.core.config import CoreKind
from models.presence import UserPresence
from tests.country_api.conftest import Agent, core_id
from tests.support.waiting import wait_until


def presence(agent: Agent, number: int = 1) -> UserPresence:
    return agent.api.presence(f"u{number}")


def on_disk(agent: Agent, number: int = 1) -> bool:
    return presence(agent, number).on_disk


def test_who_was_put_there_is_wanted_on_disk_and_in_the_core(agent: Agent) -> None:
    user = agent.user(1, revision=7)
    agent.api.put_user(user)
    wait_until(lambda: on_disk(agent))

    found = presence(agent)

    assert (found.desired, found.revision, found.in_core) == (True, 7, True)
    assert (found.expires_at, found.core_running) == (user.expires_at, True)


def test_of_a_stranger_it_tells_that_he_is_nowhere(agent: Agent) -> None:
    found = presence(agent)

    assert (found.desired, found.revision, found.on_disk) == (False, None, False)
    assert found.in_core is False


def test_whose_access_has_ended_is_gone_from_everywhere_and_still_known(agent: Agent) -> None:
    agent.api.put_user(agent.user(1, days=1))
    wait_until(lambda: on_disk(agent))
    agent.clock.advance(days=2)
    wait_until(lambda: presence(agent).in_core is False)
    wait_until(lambda: not on_disk(agent))

    found = presence(agent)

    assert (found.desired, found.revision) == (False, 1)


def test_who_is_taken_out_of_the_core_by_hand_is_told_missing_and_put_back(agent: Agent) -> None:
    agent.api.put_user(agent.user(1))
    assert agent.deps
    agent.deps.accounts.remove(["u1"])

    if agent.deps.accounts.can_list:
        assert presence(agent).in_core is False
        agent.deps.enforcer.repair()
        assert presence(agent).in_core is True
        assert agent.serves(core_id(1))
    else:  # it goes by the core's answer to adding
        assert presence(agent).in_core is True


def test_in_the_core_under_another_id_is_not_there(agent: Agent) -> None:
    agent.api.put_user(agent.user(1))
    assert agent.deps
    if not agent.deps.accounts.can_list:
        return
    agent.deps.accounts.add({"u1": core_id(9)})

    assert presence(agent).in_core is False


def test_on_disk_under_another_id_is_not_there(agent: Agent) -> None:
    agent.api.put_user(agent.user(1))
    wait_until(lambda: on_disk(agent))
    assert agent.deps
    agent.deps.keeper.stop()
    text = agent.core.config.read_text()
    agent.core.config.write_text(text.replace(core_id(1), core_id(9)))

    assert not on_disk(agent)


def test_a_stranger_in_the_core_or_in_the_file_is_told(agent: Agent) -> None:
    assert agent.deps
    agent.deps.accounts.add({"u5": core_id(5)})
    config = json.loads(agent.core.config.read_text())
    config["inbounds"][0]["settings"]["clients"].append({"id": core_id(5), "email": "u5"})
    agent.deps.keeper.stop()
    agent.core.config.write_text(json.dumps(config))

    found = presence(agent, 5)

    assert found.on_disk
    assert found.in_core is agent.deps.accounts.can_list


def test_while_the_core_is_down_nobody_is_in_it_and_all_are_once_it_is_back(agent: Agent) -> None:
    agent.api.put_user(agent.user(1))
    wait_until(lambda: on_disk(agent))
    agent.core.kill()

    found = presence(agent)

    assert (found.core_running, found.in_core, found.on_disk) == (False, False, True)
    agent.start_core()
    assert presence(agent).in_core is True


def test_a_file_that_was_changed_by_hand_is_seen_and_written_anew(agent: Agent) -> None:
    agent.api.put_user(agent.user(1))
    wait_until(lambda: on_disk(agent))
    assert agent.deps
    agent.core.config.write_text("{}")
    assert ("u1" in agent.core.config.read_text()) or not on_disk(agent)

    wait_until(lambda: on_disk(agent), seconds=15)

    agent.core.config.unlink()
    wait_until(lambda: agent.core.config.exists() and on_disk(agent), seconds=15)


def test_only_xray_counts_who_is_online_and_no_address_is_told(agent: Agent) -> None:
    agent.api.put_user(agent.user(1))

    found = presence(agent)

    expected = 0 if agent.environ["CORE_KIND"] == CoreKind.XRAY.value else None
    assert found.online == expected
    assert "127.0.0.1" not in found.model_dump_json()
