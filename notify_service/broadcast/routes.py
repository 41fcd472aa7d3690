"""Broadcasts as the bot's admin menu asks for them."""

from typing import Annotated

from flask import Response
from flask_openapi3 import APIBlueprint
from pydantic import BaseModel, Field

from common.access_control import callers
from common.errors import Invalid
from common.flask_app import answer
from models.access import OrderId
from models.broadcasts import Broadcast, BroadcastDraft, BroadcastProgressMessage, Broadcasts
from models.buttons import MAX_BROADCAST_ID
from models.codes import Service
from notify_service.broadcast.service import BroadcastService

BASE = "/api/v1/broadcasts"


class BroadcastPath(BaseModel):
    broadcast_id: Annotated[OrderId, Field(max_length=MAX_BROADCAST_ID)]


def broadcasts(service: BroadcastService) -> APIBlueprint:
    api = APIBlueprint("broadcasts", __name__)
    _drafts(api, service)
    _acts(api, service)
    _undoing(api, service)
    return api


def _drafts(api: APIBlueprint, service: BroadcastService) -> None:
    @api.post(BASE, responses={201: Broadcast, 200: Broadcast})
    @callers(Service.TG_BOT)
    def draft_broadcast(body: BroadcastDraft) -> Response:
        if len(body.broadcast_id) > MAX_BROADCAST_ID:
            raise Invalid("broadcast_id is too long", fields={"broadcast_id": "too long"})
        job, is_new = service.draft(body)
        return answer(job.to_wire(), 201 if is_new else 200)

    @api.get(BASE, responses={200: Broadcasts})
    @callers(Service.TG_BOT)
    def list_broadcasts() -> Response:
        return answer(Broadcasts(broadcasts=[job.to_wire() for job in service.store.newest()]))

    @api.get(f"{BASE}/<broadcast_id>", responses={200: Broadcast})
    @callers(Service.TG_BOT)
    def show_broadcast(path: BroadcastPath) -> Response:
        return answer(service.get(path.broadcast_id).to_wire())

    @api.post(f"{BASE}/<broadcast_id>/preview", responses={200: Broadcast})
    @callers(Service.TG_BOT)
    def preview_broadcast(path: BroadcastPath) -> Response:
        return answer(service.preview(path.broadcast_id).to_wire())


def _acts(api: APIBlueprint, service: BroadcastService) -> None:
    @api.post(f"{BASE}/<broadcast_id>/start", responses={200: Broadcast})
    @callers(Service.TG_BOT)
    def start_broadcast(path: BroadcastPath, body: BroadcastProgressMessage) -> Response:
        return answer(service.start(path.broadcast_id, body.message_id).to_wire())

    @api.post(f"{BASE}/<broadcast_id>/pause", responses={200: Broadcast})
    @callers(Service.TG_BOT)
    def pause_broadcast(path: BroadcastPath) -> Response:
        return answer(service.pause(path.broadcast_id).to_wire())

    @api.post(f"{BASE}/<broadcast_id>/resume", responses={200: Broadcast})
    @callers(Service.TG_BOT)
    def resume_broadcast(path: BroadcastPath) -> Response:
        return answer(service.resume(path.broadcast_id).to_wire())


def _undoing(api: APIBlueprint, service: BroadcastService) -> None:
    @api.post(f"{BASE}/<broadcast_id>/stop", responses={200: Broadcast})
    @callers(Service.TG_BOT)
    def stop_broadcast(path: BroadcastPath) -> Response:
        return answer(service.stop(path.broadcast_id).to_wire())

    @api.post(f"{BASE}/<broadcast_id>/delete", responses={200: Broadcast})
    @callers(Service.TG_BOT)
    def delete_broadcast(path: BroadcastPath) -> Response:
        return answer(service.delete(path.broadcast_id).to_wire())
