"""What the cutter does when something fails, with the real core and an ss that can be told to."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from threading import Event, Thread

import pytest
from typing_extensions import override

from common.settings import load
from common.supervision import Watchdog
from country_api.core.config import CoreKind
from country_api.core.online import Online
from country_api.cutting.agenda import RETRY_SECONDS, ROUNDS
from country_api.cutting.cutter import CANNOT_TELL, SWEEP_SECONDS, Cutter
from country_api.cutting.sockets import Sockets
from country_api.settings import CountrySettings
from tests.country_api.conftest import Agent, core_id
from tests.support.fake_ss import BABBLES, IDLE, REFUSES, FakeSs
from tests.support.streams import Spring, Stream, spring
from tests.support.waiting import wait_until

SOON = SWEEP_SECONDS / 2  # any longer, and a sweep would do it


@pytest.fixture
def site() -> Iterator[Spring]:
    with spring() as site:
        yield site


@pytest.fixture
def come(agent: Agent, site: Spring) -> Iterator[Callable[[], Stream]]:
    """The user has another stream; each is closed in the end."""
    with ExitStack() as streams:

        def come() -> Stream:
            stream = Stream(agent.port, core_id(1), site.address)
            streams.callback(stream.close)
            return stream

        yield come


@pytest.fixture
def ss(agent: Agent, tmp_path: Path) -> FakeSs:
    """The agent is started anew with it."""
    ss = FakeSs(tmp_path)
    ss.mood(REFUSES)
    agent.stop()
    agent.ss = ss.command
    agent.start()
    return ss


class Nobody:
    """Is who may be connected; counts how often that was asked."""

    asked = 0

    def __call__(self, _keys: object) -> dict[str, str]:
        self.asked += 1
        return {}


def trouble(agent: Agent) -> str:
    assert agent.deps
    return agent.deps.cutter.trouble


def about(ss: FakeSs, address: str) -> int:
    return sum(f"dst {address} " in words[-1] for words in ss.asked())


def skip_unless_it_can_tell(agent: Agent) -> None:
    if agent.core.core.kind is not CoreKind.XRAY:
        pytest.skip("v2ray does not count addresses")


def test_a_removal_stands_when_cutting_fails_and_is_cut_as_soon_as_that_works(
    agent: Agent, ss: FakeSs, come: Callable[[], Stream]
) -> None:
    skip_unless_it_can_tell(agent)
    agent.api.put_user(agent.user(1))
    stream = come()
    assert stream.runs()

    answer = agent.api.put_user(agent.user(1, revision=2, active=False))

    assert (answer.revision, answer.in_core) == (2, False)
    assert "CAP_NET_ADMIN" in trouble(agent)
    wait_until(lambda: about(ss, "127.0.0.2") > 0, SOON)
    assert agent.api.status().connections_cut == 0
    ss.mood("")
    refused = about(ss, "127.0.0.2")
    wait_until(lambda: not trouble(agent))
    wait_until(lambda: about(ss, "127.0.0.2") >= refused + ROUNDS, SOON)
    wait_until(lambda: agent.api.status().connections_cut >= ROUNDS, SOON)


def test_a_core_that_cannot_tell_is_a_trouble_and_no_failure(agent: Agent, ss: FakeSs) -> None:
    if agent.core.core.kind is CoreKind.XRAY:
        pytest.skip("it can tell")
    agent.api.put_user(agent.user(1))
    agent.api.put_user(agent.user(1, revision=2, active=False))

    assert trouble(agent) == CANNOT_TELL
    assert agent.api.status().users_uncut is None
    assert ss.asked() == []


def test_a_removal_whose_answer_was_lost_is_cut(
    agent: Agent, ss: FakeSs, come: Callable[[], Stream]
) -> None:
    skip_unless_it_can_tell(agent)
    agent.api.put_user(agent.user(1))
    stream = come()
    assert stream.runs()
    agent.stop()
    deps = agent._build()  # nothing in it runs by itself but what is started here
    deps.cutter.start()
    wait_until(lambda: deps.cutter.uncut == 0)  # so the next sweep is far away
    assert deps.enforcer.settle(["u1"]) == {"u1"}  # what the core has is known: it is told at once
    agent.core.pause()
    agent.api.put_user(agent.user(1, revision=2, active=False))
    agent.core.resume()
    wait_until(deps.pulse.beat)
    deps.accounts.remove(["u1"])  # it was heard, though late

    deps.enforcer.settle_rest()

    wait_until(lambda: about(ss, "127.0.0.2") > 0, SOON)


def test_a_wrong_count_of_the_core_cuts_a_neighbour_once_and_not_for_ever(
    agent: Agent, ss: FakeSs, come: Callable[[], Stream]
) -> None:
    skip_unless_it_can_tell(agent)
    agent.api.put_user(agent.user(1))
    stream = come()
    assert stream.runs()
    assert agent.deps
    ss.mood(IDLE)
    plan = load(CountrySettings, agent.environ).plan()
    nobody = Nobody()
    cutter = Cutter(
        Online(agent.deps.client, plan),
        Sockets(443, ss.command),
        live=nobody,
        check=lambda: "",
        sweep_seconds=0.1,
    )

    cutter.start()

    wait_until(lambda: nobody.asked > 9)  # in some sweeps that are over, and before each
    assert about(ss, "127.0.0.2") == 1
    wait_until(lambda: cutter.uncut == 1)
    assert cutter.ended == 0
    stream.close()
    wait_until(lambda: not agent.deps or not Online(agent.deps.client, plan).all())
    seen = nobody.asked
    wait_until(lambda: nobody.asked > seen + 2)
    wait_until(lambda: cutter.uncut == 0)
    ss.mood(REFUSES)
    come()
    wait_until(lambda: cutter.uncut == 1)
    wait_until(lambda: "CAP_NET_ADMIN" in cutter.trouble)
    ss.mood("")
    wait_until(lambda: cutter.ended == 1)
    cutter.stop()


def test_a_failure_that_nobody_thought_of_is_tried_again_at_the_same_pace(
    agent: Agent, ss: FakeSs, come: Callable[[], Stream]
) -> None:
    skip_unless_it_can_tell(agent)
    agent.api.put_user(agent.user(1))
    stream = come()
    assert stream.runs()
    ss.mood(BABBLES)
    began = time.monotonic()

    agent.api.put_user(agent.user(1, revision=2, active=False))

    wait_until(lambda: about(ss, "127.0.0.2") >= 4, SOON)
    assert time.monotonic() - began > 2 * RETRY_SECONDS
    ss.mood("")
    refused = about(ss, "127.0.0.2")
    wait_until(lambda: about(ss, "127.0.0.2") >= refused + ROUNDS, SOON)


class StopsAtOnce(Watchdog):
    """Has the cutter stopped just when it has turned; `over` when it has."""

    cutter: Cutter

    def __init__(self) -> None:
        super().__init__()
        self.over = Event()
        self._stopping: Thread | None = None

    @override
    def expect(self, name: str, seconds: float) -> None:
        if self._stopping is None:
            self._stopping = Thread(target=self._stop)
            self._stopping.start()
            self._stopping.join(0.3)  # longer than it takes until it waits for us

    def _stop(self) -> None:
        self.cutter.stop()
        self.over.set()


def test_a_cutter_that_is_stopped_as_it_turns_does_not_wait_for_its_next_sweep(
    agent: Agent, ss: FakeSs
) -> None:
    skip_unless_it_can_tell(agent)
    assert agent.deps
    plan = load(CountrySettings, agent.environ).plan()
    watchdog = StopsAtOnce()
    watchdog.cutter = Cutter(
        Online(agent.deps.client, plan),
        Sockets(443, ss.command),
        live=Nobody(),
        check=lambda: "",
        watchdog=watchdog,
        sweep_seconds=600,
    )

    watchdog.cutter.start()

    assert watchdog.over.wait(20.0)
