"""P's route names: a thin layer over the rooms."""

from typing import Any

from flask import Response, g
from flask_openapi3 import APIBlueprint, Tag

from common.access_control import callers
from common.clock import from_milliseconds, milliseconds
from common.flask_app import answer
from main_api.audit import Audit
from main_api.deps import Deps
from main_api.users.record import UserRecord
from main_api.users.routes import TelegramPath, UsernamePath
from main_api.users.service import UserService
from models.paper import PaperCreateRequest, PaperIds, PaperUpdateRequest, PaperUser
from models.users import RegisterRequest, Removal, UserChange


def routes(deps: Deps) -> APIBlueprint:
    api = APIBlueprint("paper", __name__, abp_tags=[Tag(name="paper")])
    users = deps.users
    service = UserService(deps.db, users, deps.referrals, deps.clock)
    audit = Audit(deps.db, deps.clock)

    @api.get("/getUser/<tg_id>", responses={200: PaperUser})
    @callers()
    def get_user(path: TelegramPath) -> Response:
        return answer(paper_user(users.get_by_telegram(path.tg_id)))

    @api.get("/getUserByUsername/<username>", responses={200: PaperUser})
    @callers()
    def get_user_by_username(path: UsernamePath) -> Response:
        return answer(paper_user(users.get_by_username(path.username)))

    @api.get("/getAllUserTgIds", responses={200: PaperIds})
    @callers()
    def get_all_user_tg_ids() -> Response:
        return answer(PaperIds(ids=users.telegram_ids()))

    @api.post("/createUser", responses={201: PaperUser, 200: PaperUser})
    @callers()
    def create_user(body: PaperCreateRequest) -> Response:
        request = RegisterRequest(telegram_id=body.tg_id, username=body.username)
        user, new = service.register(request)
        return answer(paper_user(user), 201 if new else 200)

    @api.post("/updateUser", responses={200: PaperUser})
    @callers()
    def update_user(body: PaperUpdateRequest) -> Response:
        user = users.get_by_telegram(body.tg_id)
        line = audit.write(
            "updateUser",
            caller=g.caller,
            user_id=user.user_id,
            tg_id=user.tg_id,
            before=_record(paper_user(user)),
            after=_given(body),
        )
        _update(deps, service, user, body)
        audit.done(line)
        return answer(paper_user(users.get(user.user_id)))

    @api.delete("/deleteUser/<tg_id>", responses={200: Removal, 202: Removal})
    @callers()
    def delete_user(path: TelegramPath) -> Response:
        removal = deps.removal.remove(users.get_by_telegram(path.tg_id).user_id)
        return answer(removal, 200 if removal.done else 202)

    return api


def paper_user(user: UserRecord) -> PaperUser:
    return PaperUser(
        tg_id=user.tg_id,
        username=user.username,
        subdate=milliseconds(user.expires_at) if user.expires_at else None,
        has_trial=user.has_trial,
        user_id=user.user_id,
    )


def _given(body: PaperUpdateRequest) -> dict[str, Any]:
    return body.model_dump(exclude_unset=True, exclude={"tg_id"})


def _record(user: PaperUser) -> dict[str, Any]:
    return user.model_dump(include={"username", "subdate", "has_trial"})


def _update(deps: Deps, service: UserService, user: UserRecord, body: PaperUpdateRequest) -> None:
    """Access first: it is what can be refused (over the maximum)."""
    given = _given(body)
    if "subdate" in given:
        end = None if body.subdate is None else from_milliseconds(body.subdate)
        deps.access.set_end(user.user_id, end)
    if body.has_trial is not None:
        deps.access.set_trial_flag(user.user_id, has_trial=body.has_trial)
    if "username" in given:
        service.change(user.user_id, UserChange(username=body.username))
