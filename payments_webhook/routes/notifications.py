"""Providers' notifications: 200 means that the event is on the disk."""

from ipaddress import IPv6Address, ip_address
from typing import Literal

from flask import Response, request
from flask_openapi3 import APIBlueprint
from prometheus_client import Counter

from common.access_control import public
from common.errors import Forbidden, NotFound, ServiceError, TooManyRequests
from common.metrics import Metrics
from models.codes import Code, ProviderName
from payments_webhook.deps import Deps
from payments_webhook.limiter import Limiter
from payments_webhook.providers.base import Provider
from payments_webhook.settings import Network, PaymentsWebhookSettings

STRANGERS_A_SECOND, STRANGERS_AT_ONCE = 1.0, 50.0
BodyKind = Literal["json", "form"]


class Reception:
    """Takes a notification of whichever provider speaks in that shape."""

    def __init__(self, settings: PaymentsWebhookSettings, deps: Deps, counter: Counter) -> None:
        self._settings, self._deps = settings, deps
        self._counter = counter
        self._strangers = Limiter(deps.clock, rate=STRANGERS_A_SECOND, burst=STRANGERS_AT_ONCE)

    def take(self, kind: BodyKind) -> Response:
        try:
            self._take(self._provider(kind), request.get_data())
        except ServiceError as refused:
            self._counter.labels(kind, refused.code).inc()
            raise
        self._counter.labels(kind, "taken").inc()
        return Response(status=200)

    def _provider(self, kind: BodyKind) -> Provider:
        for provider in self._deps.providers.values():
            if provider.body_kind == kind:
                return provider
        raise NotFound("no such provider here", code=Code.NO_PROVIDER)

    def _take(self, provider: Provider, body: bytes) -> None:
        networks = self._settings.yookassa_networks
        if provider.name is ProviderName.YOOKASSA and networks and not _comes_from(networks):
            raise Forbidden("not from there")
        event = provider.read(body)
        if event is None:
            return
        named = event.trusted or event.order_id
        if not (named or self._strangers.takes()) or not self._deps.inbox.put(event):
            raise TooManyRequests("too many unknown events")
        self._deps.delivery.wake.set()


def _comes_from(networks: tuple[Network, ...]) -> bool:
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return any(address in network for network in networks)


def notification_routes(
    settings: PaymentsWebhookSettings, deps: Deps, metrics: Metrics
) -> APIBlueprint:
    api = APIBlueprint("notifications", __name__)
    counter = metrics.counter("notifications_total", "By what became of them", "kind", "was")
    reception = Reception(settings, deps, counter)

    @api.post("/notification")
    @public
    def notification() -> Response:
        return reception.take(_kind())

    @api.post("/api/v1/payments/webhook")
    @public
    def webhook() -> Response:
        return reception.take(_kind())

    @api.post("/yookassa")
    @public
    def yookassa() -> Response:
        return reception.take("json")

    @api.post("/yoomoney")
    @public
    def yoomoney() -> Response:
        return reception.take("form")

    @api.post("/payOk")
    @public
    def pay_ok() -> Response:
        return Response(status=200)

    return api


def _kind() -> BodyKind:
    if request.mimetype == "application/x-www-form-urlencoded":
        return "form"
    if request.is_json or request.get_data().lstrip()[:1] == b"{":
        return "json"
    return "form"
