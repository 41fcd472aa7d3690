"""What was counted, for main_api, which mirrors it."""

from typing import Annotated

from flask import Response
from flask_openapi3 import APIBlueprint
from pydantic import BaseModel, Field

from common.access_control import callers
from common.flask_app import answer
from country_api.traffic.ledger import Ledger
from models.codes import Service
from models.traffic import TrafficDays


class Since(BaseModel):
    """`since`: the cursor of the last answer, 0 at first or after the ledger has changed."""

    since: Annotated[int, Field(ge=0, lt=2**53)] = 0


def make_traffic_api(ledger: Ledger) -> APIBlueprint:
    api = APIBlueprint("traffic", __name__)

    @api.get("/traffic/days", responses={200: TrafficDays})
    @callers(Service.MAIN_API)
    def show_days(query: Since) -> Response:
        return answer(ledger.since(query.since))

    return api
