"""Access over HTTP: grant or extend, revoke, trial."""

from flask import Response
from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel

from common.access_control import callers
from common.flask_app import answer
from main_api.deps import Deps
from models.access import Access, GrantRequest, RevokeRequest
from models.codes import Service
from models.users import UserId


class UserPath(BaseModel):
    user_id: UserId


def routes(deps: Deps) -> APIBlueprint:
    api = APIBlueprint("access", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="access")])
    access = deps.access

    def granted(body: GrantRequest) -> Response:
        return answer(
            access.grant(
                body.user_id,
                body.order_id,
                months=body.months,
                days=body.days,
                paid=False,
                enforce_maximum=True,
            )
        )

    @api.post("/access/grant", responses={200: Access})
    @callers(Service.TG_BOT)
    def grant(body: GrantRequest) -> Response:
        return granted(body)

    @api.post("/access/extend", responses={200: Access})
    @callers(Service.TG_BOT)
    def extend(body: GrantRequest) -> Response:
        return granted(body)

    @api.post("/access/revoke", responses={200: Access})
    @callers(Service.TG_BOT)
    def revoke(body: RevokeRequest) -> Response:
        return answer(access.revoke(body.user_id, body.order_id))

    @api.post("/users/<int:user_id>/trial", responses={201: Access})
    @callers(Service.TG_BOT)
    def take_trial(path: UserPath) -> Response:
        return answer(access.take_trial(path.user_id), 201)

    return api
