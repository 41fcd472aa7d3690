"""More strangers than there is room for: whom they put out, and whom not."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.country_api.agent_process import AgentProcess, without_core
from tests.country_api.stranger import (
    HALF_A_REQUEST,
    OTHER,
    STRANGE,
    connect,
    health,
    with_tls,
)


@pytest.fixture(scope="module")
def process() -> Iterator[AgentProcess]:
    """Without a core; each test leaves it as it was."""
    with without_core() as process:
        yield process


def test_however_many_come_there_is_room_for_who_comes_next_and_the_known_are_kept(
    process: AgentProcess,
) -> None:
    with ExitStack() as held:
        known = held.enter_context(with_tls(process))
        assert b"country_api" in health(known)  # answered, since it is on this machine
        strangers = [held.enter_context(connect(process, STRANGE)) for _ in range(450)]

        process.api_pinned(process.fingerprint).describe()

        assert b"country_api" in health(known)
        assert strangers[0].recv(1) == b""  # it had to make room
        strangers[-1].settimeout(0.1)
        with pytest.raises(TimeoutError):
            strangers[-1].recv(1)


def test_a_flood_of_connections_puts_out_no_half_done_request(process: AgentProcess) -> None:
    with ExitStack() as held:
        half_done = held.enter_context(with_tls(process, source=OTHER))
        half_done.sendall(HALF_A_REQUEST)
        for _ in range(450):
            held.enter_context(connect(process, STRANGE))

        half_done.sendall(b" " * 59_998 + b"}")

        assert half_done.recv(12) == b"HTTP/1.1 404"


def test_who_is_slow_where_a_known_one_came_from_is_not_put_out(process: AgentProcess) -> None:
    process.api.describe()
    with ExitStack() as held:
        slow = held.enter_context(connect(process))
        for _ in range(450):
            held.enter_context(connect(process, STRANGE))
        slow.settimeout(0.1)

        with pytest.raises(TimeoutError):
            slow.recv(1)


def test_a_flood_from_where_a_known_one_came_from_keeps_him_out_no_more_than_another(
    process: AgentProcess,
) -> None:
    process.api.describe()
    with ExitStack() as held:
        for _ in range(1100):  # more than gunicorn would have open at once
            held.enter_context(connect(process))

        process.api_pinned(process.fingerprint).describe()


def test_who_holds_the_room_with_half_requests_keeps_no_newcomer_out(process: AgentProcess) -> None:
    with ExitStack() as held:
        for _ in range(220):
            half = held.enter_context(with_tls(process, source=STRANGE))
            half.sendall(HALF_A_REQUEST)
        newcomer = held.enter_context(connect(process, OTHER))
        for _ in range(20):
            held.enter_context(connect(process, STRANGE))

        newcomer.settimeout(0.1)
        with pytest.raises(TimeoutError):
            newcomer.recv(1)
