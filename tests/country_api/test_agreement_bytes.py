"""What a comparison costs on the wire, between the real programs."""

from collections.abc import Iterator

import pytest

from bench.relay import Relay
from common.agreement import Table, digest
from common.clock import make_clock, milliseconds
from tests.country_api.agent_process import AgentProcess, without_core


@pytest.fixture
def process() -> Iterator[AgentProcess]:
    """Without its core, which a comparison does not need."""
    with without_core() as process:
        yield process


def test_a_check_of_equal_tables_is_one_exchange_of_less_than_a_kilobyte(
    process: AgentProcess,
) -> None:
    clock = make_clock(process.offset)
    users = [process.server.user(number) for number in range(1, 151)]
    process.api.put_users(users)
    told = Table(
        (int(it.key[1:]), digest(it.key, it.core_id, milliseconds(it.expires_at))) for it in users
    )
    at = milliseconds(clock())

    with Relay.to(f"127.0.0.1:{process.port}") as relay:
        api = process.api_pinned(process.fingerprint, address=relay.address)
        api.describe()  # connections are kept: who compares each minute shakes hands once
        before = relay.carried
        assert api.agree(at, told.root).equal
        equal = relay.carried - before
        assert not api.agree(at, "0" * 32).equal
        unequal = relay.carried - before - equal

    assert 500 < equal < 1000
    assert unequal > 9 * equal
