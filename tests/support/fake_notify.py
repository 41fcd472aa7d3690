"""A notify_service that keeps notices by key, and can be down or lose answers."""

from flask import Response, request
from flask_openapi3 import OpenAPI

from common.access_control import callers
from common.clock import Clock, milliseconds
from common.errors import Invalid, Unauthorized
from common.flask_app import answer, assemble, new_app
from common.service_auth import Guard
from models.codes import Service
from models.notifies import AddNotifyAnswer, Notice, NoticeList, NoticeState, NoticeStates
from tests.support.wsgi_transport import WsgiAdapter

KEY = "notify-key-" + "k" * 32


class FakeNotify:
    """`notices` in the order of arrival; one a key. `forgotten`: people whom it was told to forget,
    who then stand in no notice that came before. `refused`: people of whom no notice is taken;
    `lists`: how often several came in one call; `distrustful`: no token is good enough.
    """

    def __init__(self, clock: Clock) -> None:
        self.notices: dict[str, Notice] = {}
        self.came_at: dict[str, int] = {}
        self.forgotten: list[int] = []
        self.refused: set[int] = set()
        self.lists = 0
        self.distrustful = False
        self._clock = clock
        self.app = self._app(clock)
        self.wire = WsgiAdapter(self.app)

    def _take(self, notice: Notice) -> None:
        self.notices.setdefault(notice.key, notice)
        self.came_at.setdefault(notice.key, milliseconds(self._clock()))

    def _forget(self, telegram_id: int, before: int) -> None:
        self.forgotten.append(telegram_id)
        for key, notice in list(self.notices.items()):
            if notice.telegram_id == telegram_id and self.came_at.get(key, 0) < before:
                self.notices.pop(key, None)

    def _app(self, clock: Clock) -> OpenAPI:
        app = new_app(Service.NOTIFY_SERVICE)

        def add() -> Response:
            notice = Notice.model_validate_json(request.get_data())
            self._take(notice)
            return answer(NoticeState(key=notice.key, state="waiting"))

        def add_all() -> Response:
            given = NoticeList.model_validate_json(request.get_data()).notices
            self.lists += 1
            if self.distrustful:
                raise Unauthorized("the token has expired", code="expired_token")
            if self.refused & {notice.telegram_id for notice in given}:
                raise Invalid("one of them I do not take")
            for notice in given:
                self._take(notice)
            states = [NoticeState(key=notice.key, state="waiting") for notice in given]
            return answer(NoticeStates(notices=states))

        def forget(telegram_id: int) -> Response:
            self._forget(telegram_id, int(request.args["before"]))
            return answer(AddNotifyAnswer())

        mark = callers(Service.MAIN_API)
        path = "/api/v1/people/<int:telegram_id>"
        app.add_url_rule(path, view_func=mark(forget), methods=["DELETE"])
        app.add_url_rule("/api/v1/notices/several", view_func=mark(add_all), methods=["POST"])
        app.add_url_rule("/api/v1/notices", view_func=mark(add), methods=["POST"])
        guard = Guard(Service.NOTIFY_SERVICE, {"main_api": [KEY]}, clock)
        return assemble(app, guard=guard, probes={})
