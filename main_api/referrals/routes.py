"""What a customer sees of the invitations, over HTTP."""

from flask import Response
from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel

from common.access_control import callers
from common.flask_app import answer
from main_api.deps import Deps
from models.codes import Service
from models.referrals import Referrals
from models.users import UserId


class UserPath(BaseModel):
    user_id: UserId


def routes(deps: Deps) -> APIBlueprint:
    api = APIBlueprint("referrals", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="users")])

    @api.get("/users/<int:user_id>/referrals", responses={200: Referrals})
    @callers(Service.TG_BOT)
    def referrals(path: UserPath) -> Response:
        return answer(deps.referrals.summary(deps.users.get(path.user_id)))

    return api
