"""The catalogue over HTTP."""

from flask import Response
from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel

from common.access_control import callers
from common.flask_app import answer
from main_api.deps import Deps
from main_api.tariffs.catalogue import Catalogue
from models.codes import Service
from models.tariffs import Tariffs
from models.users import Language


class InLanguage(BaseModel):
    language: Language = "ru"


def catalogue(deps: Deps) -> Catalogue:
    def locations() -> list[str]:
        return list(dict.fromkeys(place.country for place in deps.vpn.servers.places()))

    return Catalogue(deps.db, locations)


def routes(deps: Deps) -> APIBlueprint:
    api = APIBlueprint("tariffs", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="tariffs")])
    offered = catalogue(deps)

    @api.get("/tariffs", responses={200: Tariffs})
    @callers(Service.TG_BOT)
    def tariffs(query: InLanguage) -> Response:
        return answer(Tariffs(tariffs=offered.active(query.language)))

    return api
