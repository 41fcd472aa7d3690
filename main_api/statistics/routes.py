"""The shop's numbers over HTTP."""

from zoneinfo import ZoneInfo

from flask import Response
from flask_openapi3 import APIBlueprint, Tag

from common.access_control import callers
from common.flask_app import answer
from main_api.deps import Deps
from main_api.statistics.service import StatisticsService
from main_api.vpn_api.routes import states
from models.admin import Statistics
from models.codes import Service


def routes(deps: Deps) -> APIBlueprint:
    tag = Tag(name="statistics")
    api = APIBlueprint("statistics", __name__, url_prefix="/api/v1/admin", abp_tags=[tag])
    service = StatisticsService(
        deps.db,
        lambda: states(deps).servers,
        deps.clock,
        ZoneInfo(deps.settings.shop_time_zone),
    )

    @api.get("/statistics", responses={200: Statistics})
    @callers(Service.TG_BOT)
    def statistics() -> Response:
        return answer(service.now())

    return api
