"""What neighbours ask of notify_service: to keep a notice and send it when it is due."""

from flask import Response
from flask_openapi3 import APIBlueprint
from pydantic import BaseModel

from common.access_control import callers
from common.clock import Clock
from common.errors import NotFound
from common.flask_app import answer
from models.codes import Service
from models.notifies import (
    AddNotifyAnswer,
    AddNotifyRequest,
    Notice,
    NoticeList,
    NoticeState,
    NoticeStates,
)
from notify_service.alarm import Alarm
from notify_service.intake import from_notice, from_paper
from notify_service.store import NoticeStore


class NoticeKey(BaseModel):
    key: str


def notices(store: NoticeStore, alarm: Alarm, clock: Clock) -> APIBlueprint:
    api = APIBlueprint("notices", __name__)

    @api.post("/api/v1/notices", responses={201: NoticeState, 200: NoticeState})
    @callers(Service.MAIN_API, Service.TG_BOT)
    def add_notice(body: Notice) -> Response:
        notice = from_notice(body)
        state, is_new = store.add(notice, clock())
        alarm.ring_for(notice.due_at)
        return answer(NoticeState(key=body.key, state=state), 201 if is_new else 200)

    @api.post("/api/v1/notices/several", responses={200: NoticeStates})
    @callers(Service.MAIN_API)
    def add_notices(body: NoticeList) -> Response:
        checked = [from_notice(notice) for notice in body.notices]
        states = store.add_all(checked, clock())
        alarm.ring_for(min(notice.due_at for notice in checked))
        told = [
            NoticeState(key=it.key, state=state) for it, state in zip(checked, states, strict=True)
        ]
        return answer(NoticeStates(notices=told))

    @api.get("/api/v1/notices/<key>", responses={200: NoticeState})
    @callers(Service.MAIN_API, Service.TG_BOT)
    def show_notice(path: NoticeKey) -> Response:
        state = store.state_of(path.key)
        if state is None:
            raise NotFound("no such notice")
        return answer(NoticeState(key=path.key, state=state))

    @api.post("/addNotify", responses={200: AddNotifyAnswer})
    @callers(Service.MAIN_API, Service.TG_BOT)
    def add_notify(body: AddNotifyRequest) -> Response:
        notice = from_paper(body.notify)
        store.add(notice, clock())
        alarm.ring_for(notice.due_at)
        return answer(AddNotifyAnswer())

    return api
