"""main_api asks for a way to pay an order that it has written."""

from flask import Response
from flask_openapi3 import APIBlueprint

from common.access_control import callers
from common.errors import Invalid, Unavailable
from common.flask_app import answer
from models.codes import Code, Service
from models.payments import Checkout, CheckoutRequest
from payments_webhook.deps import Deps
from payments_webhook.settings import PaymentsWebhookSettings

ADDRESSES = ("https://", "http://", "tg://")


def checkout_routes(settings: PaymentsWebhookSettings, deps: Deps) -> APIBlueprint:
    api = APIBlueprint("checkouts", __name__)

    @api.post("/checkouts", responses={200: Checkout})
    @callers(Service.MAIN_API)
    def checkout(body: CheckoutRequest) -> Response:
        _open(deps, body)
        page = f"{settings.public_url}/pay/{body.order_id}"
        return answer(Checkout(order_id=body.order_id, pay_url=page, providers=[*deps.providers]))

    return api


def _open(deps: Deps, request: CheckoutRequest) -> None:
    """Raises Unavailable when nobody could be paid now."""
    if request.currency != "RUB" or not request.return_url.startswith(ADDRESSES):
        raise Invalid("only roubles, and a web address to return to")
    if not deps.providers:
        raise Unavailable("no payment provider is set up", code=Code.NO_PROVIDER)
    deps.checkouts.open(request)
    if len(deps.providers) == 1:
        # with several the payer's choice decides, and one that is away hides no other
        for provider in deps.providers.values():
            provider.pay_url(request)
