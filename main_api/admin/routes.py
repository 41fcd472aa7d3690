"""The admin's side over HTTP; which Telegram ids are admins is for the bot to know."""

from flask import Response, g
from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel

from common.access_control import callers
from common.flask_app import answer
from main_api.admin.acts import AdminActs
from main_api.admin.card import Cards
from main_api.audit import Audit
from main_api.deps import Deps
from models.admin import (
    Act,
    ActDone,
    AddTime,
    AdminPayments,
    AuditLines,
    Ban,
    Noted,
    UserCard,
)
from models.codes import Service
from models.users import UserId


class UserPath(BaseModel):
    user_id: UserId


def routes(deps: Deps) -> APIBlueprint:
    tag = Tag(name="admin")
    api = APIBlueprint("admin", __name__, url_prefix="/api/v1/admin", abp_tags=[tag])
    audit = Audit(deps.db, deps.clock)
    acts = AdminActs(deps.users, deps.changes, deps.access, deps.vpn.fan_out.push, audit)
    _acts(api, acts)
    _views(api, deps, audit)
    return api


def _acts(api: APIBlueprint, acts: AdminActs) -> None:
    @api.post("/users/<int:user_id>/time", responses={200: ActDone})
    @callers(Service.TG_BOT)
    def add_time(path: UserPath, body: AddTime) -> Response:
        return answer(acts.add_time(path.user_id, body, g.caller))

    @api.post("/users/<int:user_id>/revoke", responses={200: ActDone})
    @callers(Service.TG_BOT)
    def revoke(path: UserPath, body: Act) -> Response:
        return answer(acts.revoke(path.user_id, body, g.caller))

    @api.post("/users/<int:user_id>/ban", responses={200: ActDone})
    @callers(Service.TG_BOT)
    def ban(path: UserPath, body: Ban) -> Response:
        return answer(acts.ban(path.user_id, body, g.caller))

    @api.post("/users/<int:user_id>/link", responses={200: ActDone})
    @callers(Service.TG_BOT)
    def new_link(path: UserPath, body: Act) -> Response:
        return answer(acts.new_link(path.user_id, body, g.caller))

    @api.post("/users/<int:user_id>/note", responses={200: ActDone})
    @callers(Service.TG_BOT)
    def note(path: UserPath, body: Noted) -> Response:
        return answer(acts.note(path.user_id, body, g.caller))

    @api.post("/notes", responses={200: AuditLines})
    @callers(Service.TG_BOT)
    def note_broadcast(body: Noted) -> Response:
        return answer(AuditLines(lines=acts.note_broadcast(body, g.caller)))


def _views(api: APIBlueprint, deps: Deps, audit: Audit) -> None:
    vpn = deps.vpn
    cards = Cards(deps.db, vpn.servers, vpn.store, deps.referrals, deps.clock)

    @api.get("/users/<int:user_id>/card", responses={200: UserCard})
    @callers(Service.TG_BOT)
    def card(path: UserPath) -> Response:
        return answer(cards.of(deps.users.get(path.user_id)))

    @api.get("/users/<int:user_id>/payments", responses={200: AdminPayments})
    @callers(Service.TG_BOT)
    def payments(path: UserPath) -> Response:
        return answer(cards.payments_of(deps.users.get(path.user_id)))

    @api.get("/users/<int:user_id>/audit", responses={200: AuditLines})
    @callers(Service.TG_BOT)
    def audit_of(path: UserPath) -> Response:
        """Of a user who has gone, too: what was done to him stays known."""
        lines = audit.of_user(path.user_id)
        if not lines:
            deps.users.get(path.user_id)
        return answer(AuditLines(lines=lines))
