"""A server's agent that keeps users, checks tokens, and can be down, slow, forgetful or wrong."""

import json
import threading
import time

import requests
from flask import Response, request
from flask_openapi3 import OpenAPI
from typing_extensions import override

from common.access_control import callers
from common.clock import Clock
from common.errors import Invalid
from common.flask_app import answer, assemble, new_app
from common.service_auth import Guard
from models.codes import Service
from models.servers import (
    PutUserAnswer,
    PutUsers,
    PutUsersAnswer,
    ServerUser,
    UserAnswer,
)
from tests.support.fake_agreement import AgreeingServer
from tests.support.fake_ledger import FakeLedger
from tests.support.fake_proof import FakeProof
from tests.support.wsgi_transport import WsgiAdapter

KEY = "country-key-" + "k" * 32
SECRET = {"key": KEY, "fingerprint": "ab" * 32}  # over no network no certificate is shown


class Wire(WsgiAdapter):
    """`slow` seconds pass before each call is served; `lost` answers are lost after the work;
    `sent` counts the calls; after `down_after` of them the server is down.
    """

    slow = 0.0
    sent = 0
    down_after: int | None = None

    @override
    def send(self, *args: object, **options: object) -> requests.Response:
        self.sent += 1
        if self.sent == self.down_after:
            self.down = True
        time.sleep(self.slow)
        return super().send(*args, **options)  # type: ignore[arg-type]  # handed through


class FakeCountry:
    """`users`: what the server holds now; `puts`: how often each key was sent; `batches`: who was
    sent in one call; `ledger`: bytes counted by user and day; `proof`: what it
    proves and how it fares. An `old` one knows no calls about several users, and proves nothing.
    """

    def __init__(
        self, address: str, clock: Clock, *, old: bool = False, **description: str
    ) -> None:
        self.address = address
        self.old = old
        self.batches: list[list[str]] = []
        self.users: dict[str, ServerUser] = {}
        self.puts: dict[str, int] = {}
        self.refused: set[str] = set()
        self.ledger = FakeLedger()
        self.description: dict[str, object] = {
            "host": address.rpartition(":")[0].strip("[]"),
            "port": 443,
            **description,
        }
        self.agreement = AgreeingServer(self.users)
        self._lock = threading.Lock()
        self.proof = FakeProof(self.users, clock)
        self.app = self._app(clock)
        self.wire = Wire(self.app)

    def holds(self, user_id: int) -> ServerUser | None:
        """The user as the core would have it: only who is let in."""
        user = self.users.get(f"u{user_id}")
        return user if user and user.active else None

    def _put(self, user: ServerUser) -> PutUserAnswer:
        with self._lock:
            self.puts[user.key] = self.puts.get(user.key, 0) + 1
            known = self.users.get(user.key)
            if known is None or user.revision >= known.revision:
                self.users[user.key] = user
            held = self.users[user.key].revision
        return PutUserAnswer(key=user.key, revision=held, in_core=True)

    def _put_one(self, user: ServerUser) -> UserAnswer:
        if user.key in self.refused:
            return UserAnswer(key=user.key, refused="invalid")
        return UserAnswer(**self._put(user).model_dump())

    def _app(self, clock: Clock) -> OpenAPI:
        # plain rules: an OpenAPI document for every fake would take most of a test's time
        app = new_app(Service.COUNTRY_API)

        def put_user(key: str) -> Response:
            if key in self.refused:
                raise Invalid("this one I do not take")
            return answer(self._put(ServerUser.model_validate_json(request.get_data())))

        def put_users() -> Response:
            users = PutUsers.model_validate_json(request.get_data()).users
            self.batches.append([user.key for user in users])
            return answer(PutUsersAnswer(answers=[self._put_one(user) for user in users]))

        def description() -> Response:
            return Response(json.dumps(self.description), mimetype="application/json")

        def traffic_days() -> Response:
            return self.ledger.answer()

        mark = callers(Service.MAIN_API)
        app.add_url_rule("/users/<key>", view_func=mark(put_user), methods=["PUT"])
        if not self.old:
            app.add_url_rule("/users", view_func=mark(put_users), methods=["PUT"])
            self.agreement.add_to(app, mark)
            self.proof.install(app)
        app.add_url_rule("/description", view_func=mark(description))
        if not self.old:
            app.add_url_rule("/traffic/days", view_func=mark(traffic_days))
        guard = Guard(Service.COUNTRY_API, {"main_api": [KEY]}, clock)
        return assemble(app, guard=guard, probes={})
