"""The fake main_api behind real HTTP, for a bot that is a process of its own."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask, Response, request
from pydantic import BaseModel
from werkzeug.serving import make_server

from common.errors import ServiceError, to_wire
from models.payments import CreatePaymentRequest
from models.traffic import LimitedUsage
from models.users import RegisterRequest, UserChange
from tests.support.fake_main_api import FakeMainApi


def app_of(fake: FakeMainApi) -> Flask:
    """Who calls is not checked here: tests/common does that."""
    app = Flask(__name__)

    def route(method: str, path: str, act: Callable[..., BaseModel]) -> None:
        def view(**arguments: Any) -> Response:
            return Response(act(**arguments).model_dump_json(), mimetype="application/json")

        app.add_url_rule(path, f"{method} {path}", view, methods=[method])

    def register() -> BaseModel:
        return fake.register(RegisterRequest.model_validate_json(request.get_data()))

    def change(user_id: int) -> BaseModel:
        return fake.change_user(user_id, UserChange.model_validate_json(request.get_data()))

    def create_payment() -> BaseModel:
        return fake.create_payment(CreatePaymentRequest.model_validate_json(request.get_data()))

    def limited(user_id: int) -> BaseModel:
        return LimitedUsage(usage=fake.limited_usage(user_id))

    users, user = "/api/v1/users", "/api/v1/users/<int:user_id>"
    route("POST", f"{users}/register", register)
    route("GET", user, fake.user)
    route("PATCH", user, change)
    route("DELETE", f"{user}/data", fake.delete_me)
    route("GET", f"{user}/traffic/limits", limited)
    route("GET", f"{users}/by-telegram/<int:telegram_id>", fake.user_by_telegram)
    route("POST", f"{user}/trial", fake.take_trial)
    route("GET", "/api/v1/subscriptions/<int:user_id>/config", fake.links)
    route("GET", "/api/v1/tariffs", lambda: fake.tariffs(request.args["language"]))
    route("POST", "/api/v1/payments/create", create_payment)
    route("GET", "/api/v1/payments/<payment_id>", fake.payment)

    @app.errorhandler(ServiceError)
    def refused(error: ServiceError) -> tuple[dict[str, Any], int]:
        return to_wire(error, "test"), error.status

    return app


@contextmanager
def served(fake: FakeMainApi) -> Iterator[str]:
    """Its address on loopback."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, app_of(fake), threaded=True)
    vars(server)["daemon_threads"] = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
