"""Audiences over HTTP."""

from typing import Annotated

from flask import Response
from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel, Field

from common.access_control import callers
from common.flask_app import answer
from main_api.audiences.service import Audiences
from main_api.deps import Deps
from models.admin import AudienceCounts, AudiencePage
from models.codes import Audience, Service
from models.users import Language


class AudiencePath(BaseModel):
    audience: Audience


class PageQuery(BaseModel):
    """`after` is what the page before this one told, 0 for the first; no language: all of them."""

    after: Annotated[int, Field(ge=0, lt=2**53)] = 0
    language: Language | None = None


def routes(deps: Deps) -> APIBlueprint:
    tag = Tag(name="audiences")
    api = APIBlueprint("audiences", __name__, url_prefix="/api/v1/audiences", abp_tags=[tag])
    audiences = Audiences(deps.db, deps.clock)

    @api.get("", responses={200: AudienceCounts})
    @callers(Service.TG_BOT, Service.NOTIFY_SERVICE)
    def counts() -> Response:
        return answer(audiences.counts())

    @api.get("/<audience>", responses={200: AudiencePage})
    @callers(Service.TG_BOT, Service.NOTIFY_SERVICE)
    def page(path: AudiencePath, query: PageQuery) -> Response:
        return answer(audiences.page(path.audience, query.language, after=query.after))

    return api
