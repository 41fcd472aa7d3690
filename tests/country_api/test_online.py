"""What the real core tells of the addresses that its users are connected from."""

from collections.abc import Iterator

import pytest

from common.settings import load
from country_api.core.client import CoreDown
from country_api.core.config import CoreKind
from country_api.core.online import FEW, Online, valid
from country_api.settings import CountrySettings
from tests.country_api.conftest import Agent, core_id
from tests.support.core import wait_until
from tests.support.streams import Spring, Stream, spring


@pytest.fixture
def site() -> Iterator[Spring]:
    with spring() as site:
        yield site


@pytest.fixture
def online(agent: Agent) -> Online:
    assert agent.deps
    found = Online(agent.deps.client, load(CountrySettings, agent.environ).plan())
    if not found.can_tell:
        pytest.skip("v2ray does not count addresses")
    return found


def test_only_xray_can_tell(agent: Agent) -> None:
    assert agent.deps
    plan = load(CountrySettings, agent.environ).plan()

    assert Online(agent.deps.client, plan).can_tell is (plan.kind is CoreKind.XRAY)


def test_a_user_is_at_each_address_he_is_connected_from(
    agent: Agent, online: Online, site: Spring
) -> None:
    for number in (1, 2, 3):
        agent.api.put_user(agent.user(number))
    streams = [
        Stream(agent.port, core_id(number), site.address, source)
        for number, source in (
            (1, "127.0.0.2"),
            (1, "127.0.0.2"),
            (1, "127.0.0.3"),
            (2, "127.0.0.3"),
        )
    ]
    assert all(stream.runs() for stream in streams)

    there = {"u1": {"127.0.0.2", "127.0.0.3"}, "u2": {"127.0.0.3"}}
    many = ["u1", "u2", *(f"u{number}" for number in range(3, FEW + 3))]
    assert online.all() == there
    assert online.addresses(["u1", "u3"]) == {"u1": there["u1"], "u3": frozenset()}
    assert online.addresses(many) == {key: there.get(key, set()) for key in many}

    for stream in streams[1:]:
        stream.close()

    wait_until(lambda: online.all() == {"u1": {"127.0.0.2"}}, "gone", seconds=20)
    streams[0].close()


def test_a_removed_user_is_told_as_long_as_his_connection_lives(
    agent: Agent, online: Online, site: Spring
) -> None:
    agent.api.put_user(agent.user(1))
    stream = Stream(agent.port, core_id(1), site.address)
    assert stream.runs()

    assert agent.deps
    assert agent.deps.accounts.remove(["u1"]) == {}

    assert stream.runs()
    assert online.addresses(["u1"]) == {"u1": {"127.0.0.2"}}
    stream.close()
    wait_until(lambda: not online.all(), "gone", seconds=20)


def test_an_address_has_one_spelling_and_what_is_none_is_left_out() -> None:
    told = ["[2001:db8::1]", "2001:DB8:0::1", "::ffff:192.0.2.7", "192.0.2.7", "@", "example.org"]

    assert valid(told) == {"2001:db8::1", "192.0.2.7"}


def test_a_core_that_is_down_is_no_answer(agent: Agent, online: Online) -> None:
    agent.core.kill()

    with pytest.raises(CoreDown):
        online.addresses(["u1"])
    with pytest.raises(CoreDown):
        online.all()
