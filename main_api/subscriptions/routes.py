"""C's contract of subscriptions over HTTP: 404 never subscribed, 410 ended."""

import json

from flask import Response
from flask_openapi3 import APIBlueprint, Tag

from common import request_id
from common.access_control import callers
from common.errors import ServiceError, to_wire
from common.flask_app import answer
from main_api.deps import Deps
from main_api.subscriptions.service import SubscriptionService
from main_api.tariffs.routes import catalogue
from main_api.users.routes import UserPath
from models.access import ActivateRequest, Links, Subscription, SubscriptionStatus
from models.codes import Service


def routes(deps: Deps) -> APIBlueprint:
    api = APIBlueprint(
        "subscriptions",
        __name__,
        url_prefix="/api/v1/subscriptions",
        abp_tags=[Tag(name="subscriptions")],
    )
    service = SubscriptionService(
        deps.db, deps.users, deps.access, deps.links, deps.clock, catalogue(deps)
    )

    @api.post("/activate", responses={201: Subscription})
    @callers()
    def activate(body: ActivateRequest) -> Response:
        return answer(service.activate(body), 201)

    @api.get("/<int:user_id>/status", responses={200: SubscriptionStatus})
    @callers(Service.TG_BOT)
    def status(path: UserPath) -> Response:
        user = deps.users.get(path.user_id)
        told = service.status(user)
        try:
            deps.links.check_active(user)
        except ServiceError as inactive:
            return _refusal(inactive, told)
        return answer(told)

    @api.get("/<int:user_id>/config", responses={200: Links})
    @callers(Service.TG_BOT)
    def config(path: UserPath) -> Response:
        return answer(deps.links.config_of(deps.users.get(path.user_id)))

    @api.post("/<int:user_id>/config/replace", responses={200: Links})
    @callers(Service.TG_BOT)
    def replace(path: UserPath) -> Response:
        return answer(deps.links.replace(path.user_id))

    return api


def _refusal(error: ServiceError, told: SubscriptionStatus) -> Response:
    """C wants the status' fields in a 404 and 410 too; the error stands beside them."""
    fields = told.model_dump(mode="json")
    error.details |= {
        "end_date": fields["end_date"],
        "last_payment_status": told.last_payment_status,
    }
    body = fields | to_wire(error, request_id.current())
    return Response(json.dumps(body), status=error.status, mimetype="application/json")
