"""What main_api's rooms are given; `build` is the only place that knows what is made of what."""

from dataclasses import dataclass

import requests

from common.clients.notify_service import NotifyService
from common.clients.payments_webhook import PaymentsWebhook
from common.clock import Clock, make_clock
from common.service_client import ServiceClient, SessionOf, make_session
from common.storage.connect import connect
from common.storage.protocol import Database
from main_api.access.changes import AccessChanges
from main_api.access.service import AccessService
from main_api.links.service import LinkService
from main_api.mongo_api.database import IndexedDatabase
from main_api.referrals.service import ReferralService
from main_api.referrals.store import ReferralStore
from main_api.removal.finishing import Finishing
from main_api.removal.service import RemovalService
from main_api.settings import MainSettings
from main_api.users.store import UserStore
from main_api.vpn_api.countries import CountriesFile
from main_api.vpn_api.deps import VpnApi, build_vpn_api
from main_api.vpn_api.secrets_file import SecretsFile
from main_api.watching.alarms import Alarms
from main_api.watching.order import Order
from main_api.watching.store import WatchStore
from models.codes import Service


@dataclass(frozen=True)
class Deps:
    """Each room has `routes.py` with `routes(deps) -> APIBlueprint`, listed in app.py, and builds
    its own service there from these.
    """

    settings: MainSettings
    clock: Clock
    db: Database
    users: UserStore
    changes: AccessChanges
    access: AccessService
    vpn: VpnApi
    watch_store: WatchStore
    alarms: Alarms
    links: LinkService
    referrals: ReferralService
    removal: RemovalService
    notify: NotifyService
    payments_webhook: PaymentsWebhook


def build(
    settings: MainSettings,
    *,
    clock: Clock | None = None,
    db: Database | None = None,
    session_of: SessionOf = make_session,
) -> Deps:
    """The three keywords are for tests; nothing is opened or called here."""
    clock = clock or make_clock(settings.clock_offset_file)
    db = IndexedDatabase(db or connect(settings.mongo_url, name="main"))
    users = UserStore(db)
    countries = CountriesFile(settings.countries_file)
    secrets = SecretsFile(settings.servers_secrets_file, settings.servers_secrets)
    vpn = build_vpn_api(db, countries, secrets, clock, session_of)
    watch_store = WatchStore(db)
    changes = AccessChanges(db, users, vpn.servers.addresses, clock)
    referrals = ReferralService(
        ReferralStore(db),
        users,
        clock,
        bot_url=settings.bot_url,
        reward_days=settings.referral_days,
    )
    notify = NotifyService(
        _client(
            settings.notify_service_url,
            Service.NOTIFY_SERVICE,
            settings.notify_service_key,
            clock,
            session_of(),
        )
    )
    finishing = Finishing(db, notify, vpn.servers.in_file, referrals.forget)
    return Deps(
        settings=settings,
        clock=clock,
        db=db,
        users=users,
        changes=changes,
        access=AccessService(
            changes,
            vpn.fan_out.push,
            clock,
            trial_days=settings.trial_days,
            max_access_days=settings.max_access_days,
        ),
        vpn=vpn,
        watch_store=watch_store,
        alarms=Alarms(db, clock),
        links=LinkService(
            vpn.servers,
            vpn.store,
            vpn.describing,
            changes,
            vpn.fan_out.push,
            clock,
            settings.public_url,
            Order(watch_store, clock),
        ),
        referrals=referrals,
        removal=RemovalService(db, changes, vpn.fan_out.push, finishing, clock),
        notify=notify,
        payments_webhook=PaymentsWebhook(
            _client(
                settings.payments_webhook_url,
                Service.PAYMENTS_WEBHOOK,
                settings.payments_webhook_key,
                clock,
                session_of(),
            )
        ),
    )


def _client(
    url: str, callee: Service, key: str, clock: Clock, session: requests.Session
) -> ServiceClient:
    return ServiceClient(
        url, caller=Service.MAIN_API, callee=callee, key=key, clock=clock, session=session
    )
