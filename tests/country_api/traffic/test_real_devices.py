"""Devices as the real core tells them, while their streams run and after."""

from collections.abc import Iterator

import pytest

from country_api.core.config import CoreKind
from tests.country_api.conftest import Agent, core_id
from tests.country_api.traffic.reading import read, row
from tests.support.core import wait_until
from tests.support.streams import Spring, Stream, spring


@pytest.fixture
def site() -> Iterator[Spring]:
    with spring() as site:
        yield site


def test_devices_are_the_addresses_online_and_unknown_where_the_core_cannot_tell(
    agent: Agent, site: Spring
) -> None:
    read(agent)
    agent.api.put_user(agent.user(1))
    streams = [
        Stream(agent.port, core_id(1), site.address, source)
        for source in ("127.0.0.2", "127.0.0.2", "127.0.0.3")
    ]
    assert all(stream.runs() for stream in streams)
    read(agent)
    told = row(agent, 1)
    for stream in streams:
        stream.close()

    assert told.down > 0
    if agent.core.core.kind is CoreKind.V2RAY:
        assert (told.devices, told.most_devices) == (None, None)
        return
    assert (told.devices, told.most_devices) == (2, 2)

    def gone() -> bool:
        read(agent)
        return row(agent, 1).devices == 0

    wait_until(gone, "nobody is connected any more", seconds=20)
    assert row(agent, 1).most_devices == 2
