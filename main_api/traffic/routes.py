"""A user's traffic over HTTP."""

from typing import Annotated

from flask import Response
from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel, Field

from common.access_control import callers
from common.flask_app import answer
from main_api.deps import Deps
from main_api.traffic.collecting import KEPT_DAYS
from main_api.traffic.usage import MONTH, UsageService
from main_api.users.routes import UserPath
from models.codes import Service
from models.traffic import LimitedUsage, UserTraffic


class Span(BaseModel):
    """`days`: how many, today among them."""

    days: Annotated[int, Field(ge=1, le=KEPT_DAYS)] = MONTH


def routes(deps: Deps) -> APIBlueprint:
    api = APIBlueprint(
        "traffic", __name__, url_prefix="/api/v1/users", abp_tags=[Tag(name="traffic")]
    )
    usage = UsageService(deps.db, deps.clock)

    @api.get("/<int:user_id>/traffic", responses={200: UserTraffic})
    @callers(Service.TG_BOT)
    def traffic(path: UserPath, query: Span) -> Response:
        return answer(usage.of(deps.users.get(path.user_id), query.days))

    @api.get("/<int:user_id>/traffic/limits", responses={200: LimitedUsage})
    @callers(Service.TG_BOT)
    def limits(path: UserPath) -> Response:
        return answer(usage.of_limits(deps.users.get(path.user_id)))

    return api
