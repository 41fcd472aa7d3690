"""A notify_service that keeps notices by key, and can be down or lose answers."""

from flask import Response, request
from flask_openapi3 import OpenAPI

from common.access_control import callers
from common.clock import Clock
from common.flask_app import answer, assemble, new_app
from common.service_auth import Guard
from models.codes import Service
from models.notifies import Notice, NoticeState
from tests.support.wsgi_transport import WsgiAdapter

KEY = "notify-key-" + "k" * 32


class FakeNotify:
    """`notices` in the order of arrival; one a key."""

    def __init__(self, clock: Clock) -> None:
        self.notices: dict[str, Notice] = {}
        self.wire = WsgiAdapter(self._app(clock))

    def _app(self, clock: Clock) -> OpenAPI:
        app = new_app(Service.NOTIFY_SERVICE)

        def add() -> Response:
            notice = Notice.model_validate_json(request.get_data())
            self.notices.setdefault(notice.key, notice)
            return answer(NoticeState(key=notice.key, state="waiting"))

        mark = callers(Service.MAIN_API)
        app.add_url_rule("/api/v1/notices", view_func=mark(add), methods=["POST"])
        guard = Guard(Service.NOTIFY_SERVICE, {"main_api": [KEY]}, clock)
        return assemble(app, guard=guard, probes={})
