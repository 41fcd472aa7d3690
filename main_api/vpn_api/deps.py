"""The VPN API put together."""

from collections.abc import Mapping
from dataclasses import dataclass

from common.clock import Clock
from common.service_client import SessionOf
from common.storage.protocol import Database
from main_api.settings import ServerSecret
from main_api.vpn_api.agreement import Agreement
from main_api.vpn_api.census import Census
from main_api.vpn_api.countries import CountriesFile
from main_api.vpn_api.describing import Describing
from main_api.vpn_api.enlisting import Enlisting
from main_api.vpn_api.fan_out import FanOut
from main_api.vpn_api.healing import Healing
from main_api.vpn_api.joining import Joining
from main_api.vpn_api.pending_store import PendingStore
from main_api.vpn_api.server_store import ServerStore
from main_api.vpn_api.servers import Servers
from main_api.vpn_api.telling import Telling
from main_api.vpn_api.waiting import Waiting


@dataclass(frozen=True)
class VpnApi:
    servers: Servers
    store: ServerStore
    pending: PendingStore
    waiting: Waiting
    fan_out: FanOut
    healing: Healing
    enlisting: Enlisting
    describing: Describing
    agreement: Agreement


def build_vpn_api(
    db: Database,
    countries: CountriesFile,
    secrets: Mapping[str, ServerSecret],
    clock: Clock,
    session_of: SessionOf,
) -> VpnApi:
    servers = Servers(countries, secrets, clock, session_of)
    store, pending = ServerStore(db), PendingStore(db)
    telling = Telling(pending, clock)
    return VpnApi(
        servers=servers,
        store=store,
        pending=pending,
        waiting=Waiting(pending, store, clock),
        fan_out=FanOut(servers, telling, pending),
        healing=Healing(servers, telling, pending),
        enlisting=Enlisting(servers, store, pending, Joining(telling, pending, store), clock),
        describing=Describing(servers, store, clock),
        agreement=Agreement(Census(db, clock), pending, clock),
    )
