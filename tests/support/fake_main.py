"""A main_api that takes facts once, and can be down, lose answers or refuse."""

import threading

from flask import Response, request
from flask_openapi3 import OpenAPI

from common.access_control import callers
from common.clock import Clock
from common.errors import ServiceError
from common.flask_app import answer, assemble, new_app
from common.service_auth import Guard
from models.codes import ConfirmOutcome, Service
from models.payments import Confirmed, PaymentFact
from tests.support.wsgi_transport import WsgiAdapter

KEY = "main-key-" + "k" * 32


class FakeMain:
    """`facts` by their keys, first come; `calls` counts repetitions too."""

    def __init__(self, clock: Clock) -> None:
        self.facts: dict[str, PaymentFact] = {}
        self.calls = 0
        self.refuses: ServiceError | None = None
        self.took = threading.Event()
        self.app = self._app(clock)
        self.wire = WsgiAdapter(self.app)

    def _app(self, clock: Clock) -> OpenAPI:
        app = new_app(Service.MAIN_API)

        def confirm() -> Response:
            self.calls += 1
            if self.refuses is not None:
                raise self.refuses
            fact = PaymentFact.model_validate_json(request.get_data())
            key = f"{fact.provider}:{fact.kind}:{fact.external_id}"
            known = key in self.facts
            self.facts.setdefault(key, fact)
            self.took.set()
            outcome = ConfirmOutcome.ALREADY_GRANTED if known else ConfirmOutcome.GRANTED
            return answer(Confirmed(outcome=outcome, order_id=fact.order_id))

        mark = callers(Service.PAYMENTS_WEBHOOK)
        app.add_url_rule("/api/v1/payments/confirm", view_func=mark(confirm), methods=["POST"])
        guard = Guard(Service.MAIN_API, {"payments_webhook": [KEY]}, clock)
        return assemble(app, guard=guard, probes={})
