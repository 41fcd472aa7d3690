"""A payments_webhook that opens checkouts, and can be down or have no provider."""

from flask import Response, request
from flask_openapi3 import OpenAPI

from common.access_control import callers
from common.clock import Clock
from common.errors import Unavailable
from common.flask_app import answer, assemble, new_app
from common.service_auth import Guard
from models.codes import Code, ProviderName, Service
from models.payments import Checkout, CheckoutRequest
from tests.support.wsgi_transport import WsgiAdapter


class FakePayments:
    """`opened` by order id; `away` = no provider can be reached."""

    def __init__(self, clock: Clock, key: str) -> None:
        self.opened: dict[str, CheckoutRequest] = {}
        self.away = False
        self.wire = WsgiAdapter(self._app(clock, key))

    def _app(self, clock: Clock, key: str) -> OpenAPI:
        app = new_app(Service.PAYMENTS_WEBHOOK)

        def checkout() -> Response:
            if self.away:
                raise Unavailable("no provider answers", code=Code.NO_PROVIDER)
            wish = CheckoutRequest.model_validate_json(request.get_data())
            self.opened[wish.order_id] = wish
            page = f"https://pay.test/pay/{wish.order_id}"
            providers = [ProviderName.YOOMONEY]
            return answer(Checkout(order_id=wish.order_id, pay_url=page, providers=providers))

        mark = callers(Service.MAIN_API)
        app.add_url_rule("/checkouts", view_func=mark(checkout), methods=["POST"])
        guard = Guard(Service.PAYMENTS_WEBHOOK, {"main_api": [key]}, clock)
        return assemble(app, guard=guard, probes={})
