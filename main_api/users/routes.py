"""People over HTTP: register, find, change, list, delete."""

from typing import Annotated

from flask import Response
from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel, Field

from common.access_control import callers
from common.flask_app import answer
from main_api.deps import Deps
from main_api.users.record import user_of
from main_api.users.service import UserService
from models.codes import Service
from models.users import RegisterRequest, Removal, TgId, User, UserChange, UserId, UserIds


class UserPath(BaseModel):
    user_id: UserId


class TelegramPath(BaseModel):
    tg_id: TgId


class UsernamePath(BaseModel):
    username: Annotated[str, Field(min_length=1, max_length=256)]


def routes(deps: Deps) -> APIBlueprint:
    api = APIBlueprint("users", __name__, url_prefix="/api/v1/users", abp_tags=[Tag(name="users")])
    users = deps.users
    service = UserService(deps.db, users, deps.referrals, deps.clock)

    @api.post("/register", responses={201: User, 200: User})
    @callers(Service.TG_BOT)
    def register(body: RegisterRequest) -> Response:
        user, new = service.register(body)
        return answer(user_of(user), 201 if new else 200)

    @api.get("/ids", responses={200: UserIds})
    @callers(Service.TG_BOT, Service.NOTIFY_SERVICE)
    def user_ids() -> Response:
        return answer(UserIds(user_ids=users.ids()))

    @api.get("/<int:user_id>", responses={200: User})
    @callers(Service.TG_BOT, Service.NOTIFY_SERVICE)
    def user(path: UserPath) -> Response:
        return answer(user_of(users.get(path.user_id)))

    @api.get("/by-telegram/<tg_id>", responses={200: User})
    @callers(Service.TG_BOT, Service.NOTIFY_SERVICE)
    def user_by_telegram(path: TelegramPath) -> Response:
        return answer(user_of(users.get_by_telegram(path.tg_id)))

    @api.get("/by-username/<username>", responses={200: User})
    @callers(Service.TG_BOT, Service.NOTIFY_SERVICE)
    def user_by_username(path: UsernamePath) -> Response:
        return answer(user_of(users.get_by_username(path.username)))

    @api.patch("/<int:user_id>", responses={200: User})
    @callers(Service.TG_BOT, Service.NOTIFY_SERVICE)
    def change(path: UserPath, body: UserChange) -> Response:
        return answer(user_of(service.change(path.user_id, body)))

    @api.delete("/<int:user_id>", responses={200: Removal, 202: Removal})
    @callers()
    def delete_user(path: UserPath) -> Response:
        """200 when every server has forgotten the user, 202 while one is still to be told."""
        removal = deps.removal.remove(path.user_id)
        return answer(removal, 200 if removal.done else 202)

    return api
