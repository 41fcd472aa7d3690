"""A customer's own wish to be forgotten, over HTTP."""

from flask import Response
from flask_openapi3 import APIBlueprint, Tag

from common.access_control import callers
from common.flask_app import answer
from main_api.deps import Deps
from main_api.removal.money import OpenMoney
from main_api.users.routes import UserPath
from models.codes import Service
from models.users import Removal


def routes(deps: Deps) -> APIBlueprint:
    tag = Tag(name="removal")
    api = APIBlueprint("removal", __name__, url_prefix="/api/v1/users", abp_tags=[tag])
    money = OpenMoney(deps.db)

    @api.delete("/<int:user_id>/data", responses={200: Removal, 202: Removal})
    @callers(Service.TG_BOT)
    def delete_me(path: UserPath) -> Response:
        """As the operator's deletion, but 409 `payment_in_work` while a payment is being taken."""
        removal = deps.removal.remove(path.user_id, money.refuse_in_work)
        return answer(removal, 200 if removal.done else 202)

    return api
