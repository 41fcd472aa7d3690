"""Proof of access over HTTP."""

from flask import Response
from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel

from common.access_control import callers
from common.flask_app import answer
from main_api.deps import Deps
from main_api.watching.presence import Presences
from models.codes import Service
from models.presence import Presence
from models.users import UserId


class UserPath(BaseModel):
    user_id: UserId


def routes(deps: Deps) -> APIBlueprint:
    api = APIBlueprint("presence", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="servers")])
    presences = Presences(deps.vpn.servers, deps.clock)

    @api.get("/users/<int:user_id>/presence", responses={200: Presence})
    @callers(Service.TG_BOT)
    def presence(path: UserPath) -> Response:
        """Asks every server, and waits for none longer than 1.5 s."""
        return answer(presences.of(deps.users.get(path.user_id)))

    return api
