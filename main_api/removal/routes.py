"""Deletion over HTTP."""

from flask import Response
from flask_openapi3 import APIBlueprint, Tag

from common.access_control import callers
from common.flask_app import answer
from main_api.deps import Deps
from main_api.users.routes import UserPath
from models.users import Removal


def routes(deps: Deps) -> APIBlueprint:
    api = APIBlueprint(
        "removal", __name__, url_prefix="/api/v1/users", abp_tags=[Tag(name="users")]
    )

    @api.delete("/<int:user_id>", responses={200: Removal, 202: Removal})
    @callers()
    def delete_user(path: UserPath) -> Response:
        """200 when every server has forgotten the user, 202 while one is still to be told."""
        removal = deps.removal.remove(path.user_id)
        return answer(removal, 200 if removal.done else 202)

    return api
