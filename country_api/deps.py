"""What the agent works with, put together in one place."""

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from common.clock import Clock, make_clock
from common.service_auth import Guard
from common.supervision import Watchdog
from country_api.agreement import Agreement
from country_api.core.accounts import Accounts
from country_api.core.client import CoreClient
from country_api.core.config import CorePlan
from country_api.core.config_file import ConfigFile
from country_api.core.online import Online
from country_api.core.routing import Routing
from country_api.cutting.check import why_not
from country_api.cutting.cutter import Cutter
from country_api.cutting.sockets import SS, Sockets
from country_api.enforce import Enforcer
from country_api.keeper import Keeper
from country_api.mirror import Mirror
from country_api.outbound import Outbound
from country_api.own_addresses import own_addresses
from country_api.own_walls import OwnWalls
from country_api.pulse import Pulse
from country_api.settings import CountrySettings
from country_api.store import Store
from country_api.traffic.core import MeteredCore
from country_api.traffic.deps import Counting
from models.codes import Service


@dataclass(frozen=True)
class Deps:
    guard: Guard
    clock: Clock
    store: Store
    life: str
    client: CoreClient
    online: Online
    accounts: Accounts
    pulse: Pulse
    cutter: Cutter
    enforcer: Enforcer
    mirror: Mirror
    keeper: Keeper
    agreement: Agreement
    counting: Counting

    def start(self) -> None:
        """Start the threads. The core's config file is right when this returns."""
        self.keeper.start()
        self.cutter.start()
        self.counting.recorder.start()

    def close(self) -> None:
        """Stop the threads; what they had to write is written."""
        self.keeper.stop()
        self.cutter.stop()
        self.counting.close()
        self.client.close()
        self.store.close()


def build(settings: CountrySettings, clock: Clock | None = None, ss: Sequence[str] = SS) -> Deps:
    """Call it after the fork: the channel to the core does not survive one."""
    clock = clock or make_clock(settings.clock_offset_file)
    plan = final_plan(settings, clock)
    store = Store(settings.state_dir / "country_api.sqlite3")
    client = CoreClient(settings.core_api, settings.core_kind)
    accounts = Accounts(client, plan)
    life = secrets.token_hex(8)
    online = Online(client, plan)
    pulse = Pulse(client, time.monotonic)
    watchdog = Watchdog()
    cutter = Cutter(
        online,
        Sockets(settings.inbound_port, ss),
        live=lambda keys: store.live_among(keys, clock()),
        check=lambda: why_not(ss),
        watchdog=watchdog,
    )
    enforcer = Enforcer(store, accounts, pulse, clock, cutter.cut)
    file = ConfigFile(settings.core_config, plan, settings.core_binary)
    mirror = Mirror(file, store, clock, watchdog, settings.core_config_rest_seconds)
    return Deps(
        guard=Guard(Service.COUNTRY_API, settings.caller_keys, clock),
        clock=clock,
        store=store,
        life=life,
        client=client,
        online=online,
        accounts=accounts,
        pulse=pulse,
        cutter=cutter,
        enforcer=enforcer,
        mirror=mirror,
        keeper=Keeper(
            store=store,
            accounts=accounts,
            pulse=pulse,
            enforcer=enforcer,
            mirror=mirror,
            core_api=settings.core_api,
            clock=clock,
            monotonic=time.monotonic,
            walls=OwnWalls(
                read=lambda: own_addresses(settings.public_host),
                file=file,
                mirror=mirror,
                routing=Routing(client, plan),
                pulse=pulse,
                monotonic=time.monotonic,
            ),
            watchdog=watchdog,
        ),
        agreement=Agreement(store, life),
        counting=Counting(settings.state_dir, MeteredCore(client, online), clock, watchdog),
    )


def final_plan(settings: CountrySettings, clock: Clock) -> CorePlan:
    """What the core's config is built from: settings, own addresses, and whether IPv6 works."""
    outbound = Outbound(settings.state_dir, settings.outbound_strategy, clock)
    own = own_addresses(settings.public_host)
    return replace(settings.plan(), strategy=outbound.strategy(), own=own)
