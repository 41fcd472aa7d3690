"""What payments_webhook's rooms are given; `build` is the only place that knows what is what."""

from collections.abc import Callable
from dataclasses import dataclass

import requests

from common.clients.main_api import MainApi
from common.clock import Clock, make_clock
from common.service_client import ServiceClient, make_session
from models.codes import ProviderName, Service
from payments_webhook.checkouts import Checkouts
from payments_webhook.database import Store
from payments_webhook.delivery import Delivery
from payments_webhook.inbox import Inbox
from payments_webhook.providers.base import Provider
from payments_webhook.providers.registry import build_providers
from payments_webhook.settings import PaymentsWebhookSettings
from payments_webhook.worker import OneProcess, Worker


@dataclass(frozen=True)
class Deps:
    clock: Clock
    store: Store
    checkouts: Checkouts
    inbox: Inbox
    providers: dict[ProviderName, Provider]
    delivery: Delivery
    worker: Worker


def build(
    settings: PaymentsWebhookSettings,
    *,
    clock: Clock | None = None,
    session_of: Callable[[], requests.Session] = make_session,
    at_most_pages: int | None = None,
) -> Deps:
    """The keywords are for tests. Opens the inbox; the worker is started by wsgi.py."""
    clock = clock or make_clock(settings.clock_offset_file)
    store = Store(settings.state_dir / "payments.sqlite3", at_most_pages=at_most_pages)
    checkouts, inbox = Checkouts(store, clock), Inbox(store, clock)
    providers = build_providers(settings, checkouts, inbox, clock)
    main_api = MainApi(
        ServiceClient(
            settings.main_api_url,
            caller=Service.PAYMENTS_WEBHOOK,
            callee=Service.MAIN_API,
            key=settings.main_api_key,
            clock=clock,
            session=session_of(),
        )
    )
    delivery = Delivery(inbox, checkouts, providers, main_api)
    lock = OneProcess(settings.state_dir / "delivery.lock")
    worker = Worker(delivery, inbox, providers.values(), lock)
    return Deps(clock, store, checkouts, inbox, providers, delivery, worker)
