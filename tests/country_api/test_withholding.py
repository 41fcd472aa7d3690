"""A quota that is used up on a real agent and its core: removed and cut there, and given back."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from typing_extensions import override

from common.storage.protocol import Database
from country_api.core.config import CoreKind
from country_api.cutting.check import why_not
from country_api.traffic.core import MeteredCore
from country_api.traffic.deps import BOOT_ID
from country_api.traffic.meter import Meter
from main_api.deps import Deps
from main_api.traffic.limits import GIGABYTE
from main_api.vpn_api.core_ids import core_id
from tests.country_api.conftest import KEY, Agent
from tests.country_api.traffic.reading import read
from tests.support.fake_country import KEY as SHOPS_KEY
from tests.support.limited_shop import TRAFFIC, LimitedShop
from tests.support.shop import FINLAND
from tests.support.streams import PIECE, Spring, Stream, spring
from tests.support.waiting import wait_until
from tests.support.wsgi_transport import WsgiAdapter

LEFT = 20 * PIECE


@pytest.fixture
def site() -> Iterator[Spring]:
    with spring() as site:
        yield site


class RealFinland(LimitedShop):
    """Its Finland is that agent; the others are fakes."""

    def __init__(self, folder: Path, agent: Agent, site: Spring) -> None:
        self.agent, self.site = agent, site
        self.streams: list[Stream] = []
        super().__init__(folder, traffic_gb=1, enforced=TRAFFIC)

    @override
    def start(self, db: Database | None = None) -> Deps:
        self.agent.stop()
        self.agent.clock = self.clock
        self.agent.environ["CALLER_KEYS"] = f'{{"main_api": ["{KEY}", "{SHOPS_KEY}"]}}'
        self.agent.start()
        wait_until(self.agent.in_order, 20)
        self.adapters[f"https://{FINLAND}"] = WsgiAdapter(self.agent.app)
        return super().start(db)

    def stream(self, user_id: int, source: str) -> Stream:
        known = core_id(self.record(user_id).access_secret, FINLAND)
        self.streams.append(Stream(self.agent.port, known, self.site.address, source))
        return self.streams[-1]

    def has_used_all_but(self, left: int) -> None:
        """As if the core had counted it; what it counts from then on comes on top."""
        deps = self.agent.deps
        assert deps
        boot = BOOT_ID.read_text(encoding="ascii").strip()
        meter = Meter(MeteredCore(deps.client, deps.online), boot, time.monotonic)
        reading = meter.read()
        assert reading
        counters = {**reading.counters, f"u{self.user_id}": (0, GIGABYTE - left)}
        assert deps.counting.ledger.take(lambda: replace(reading, counters=counters))


@pytest.fixture
def limited(agent: Agent, site: Spring, tmp_path: Path) -> Iterator[RealFinland]:
    limited = RealFinland(tmp_path, agent, site)
    yield limited
    for stream in limited.streams:
        stream.close()
    limited.close()


def test_with_the_last_bytes_he_is_removed_and_cut_and_nobody_else_is(
    limited: RealFinland,
) -> None:
    bella = limited.register(4711).user_id
    limited.grant(bella, "gift", days=9)
    limited.heal()
    read(limited.agent)
    limited.has_used_all_but(LEFT)
    hers, others = limited.stream(limited.user_id, "127.0.0.2"), limited.stream(bella, "127.0.0.3")
    limited.look()
    assert limited.withheld is None
    assert all(hers.runs() and others.runs() for _ in range(LEFT // PIECE + 1))
    read(limited.agent)
    limited.look()

    assert limited.let_in[1] is False
    assert limited.agent.api.presence(f"u{limited.user_id}").desired is False
    wait_until(lambda: not limited.stream(limited.user_id, "127.0.0.2").runs(), 20)
    assert others.runs()
    if limited.agent.core.core.kind is CoreKind.XRAY and not why_not():
        wait_until(lambda: not hers.lives(), 20)
        assert others.runs()

    limited.buy("second")
    wait_until(lambda: limited.stream(limited.user_id, "127.0.0.2").runs(), 20)
    read(limited.agent)
    limited.look(2)
    assert limited.agent.api.presence(f"u{limited.user_id}").desired
