"""Signed calls from end to end: what gets in, what does not, and what each side learns."""

import pytest
from flask import Response
from flask_openapi3 import APIBlueprint, OpenAPI
from pydantic import BaseModel

from common.access_control import UnguardedView, callers, public
from common.errors import Conflict, Forbidden, NotFound, Unauthorized, Unavailable
from common.flask_app import UndocumentedView, answer, assemble, new_app
from common.service_auth import Guard, mint
from common.service_client import ServiceClient
from models.codes import Service
from tests.support.clock import FakeClock
from tests.support.wsgi_transport import WsgiAdapter, session_to

KEY = "k" * 32
OTHER_KEY = "o" * 32


class Thing(BaseModel):
    name: str
    size: int = 0


class Named(BaseModel):
    name: str


def things() -> APIBlueprint:
    api = APIBlueprint("things", __name__)

    @api.post("/things")
    @callers(Service.TG_BOT)
    def make(body: Thing) -> Response:
        if body.name == "taken":
            raise Conflict("there is one", code="thing_taken", name=body.name)
        if body.name == "bug":
            raise RuntimeError("secret detail")
        return answer(body, 201)

    @api.get("/things/<name>")
    @callers(Service.TG_BOT)
    def show(path: Named) -> Response:
        return answer(Thing(name=path.name, size=1))

    return api


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def app(clock: FakeClock) -> OpenAPI:
    app = new_app("main_api")
    app.register_api(things())
    keys = {"tg_bot": [OTHER_KEY, KEY], "main_api": [OTHER_KEY]}
    return assemble(app, guard=Guard("main_api", keys, clock), probes={"database": lambda: True})


@pytest.fixture
def wire(app: OpenAPI) -> tuple[ServiceClient, WsgiAdapter]:
    return client_of(app, clock=FakeClock())


def client_of(
    app: OpenAPI, *, clock: FakeClock, caller: str = "tg_bot", key: str = KEY
) -> tuple[ServiceClient, WsgiAdapter]:
    session, adapter = session_to(app)
    client = ServiceClient(
        "http://main", caller=caller, callee="main_api", key=key, clock=clock, session=session
    )
    return client, adapter


def test_a_signed_call_is_answered(wire: tuple[ServiceClient, WsgiAdapter]) -> None:
    made = wire[0].post("/things", Thing(name="é", size=3), Thing)

    assert made == Thing(name="é", size=3)


def test_the_query_string_is_part_of_what_is_signed(
    wire: tuple[ServiceClient, WsgiAdapter],
) -> None:
    assert wire[0].get("/things/a%20b", Thing, query={"x": "1 2"}).name == "a b"


def test_an_error_arrives_as_the_exception_it_was(wire: tuple[ServiceClient, WsgiAdapter]) -> None:
    with pytest.raises(Conflict) as caught:
        wire[0].post("/things", Thing(name="taken"), Thing)

    assert (caught.value.code, caught.value.details) == ("thing_taken", {"name": "taken"})


def test_a_bug_is_unavailable_to_the_caller_and_tells_nothing(app: OpenAPI) -> None:
    client, _ = client_of(app, clock=FakeClock())

    with pytest.raises(Unavailable) as caught:
        client.post("/things", Thing(name="bug"), Thing)

    assert "secret" not in str(caught.value)


def test_a_neighbour_that_is_down_or_loses_the_answer_is_unavailable(
    wire: tuple[ServiceClient, WsgiAdapter],
) -> None:
    wire[1].down = True
    with pytest.raises(Unavailable):
        wire[0].get("/things/a", Thing)
    wire[1].down, wire[1].lost = False, True
    with pytest.raises(Unavailable):
        wire[0].get("/things/a", Thing)


def test_another_services_key_or_name_does_not_open(app: OpenAPI) -> None:
    wrong_key, _ = client_of(app, clock=FakeClock(), key="x" * 32)
    with pytest.raises(Unauthorized):
        wrong_key.get("/things/a", Thing)
    wrong_caller, _ = client_of(app, clock=FakeClock(), caller="main_api", key=OTHER_KEY)
    with pytest.raises(Forbidden):
        wrong_caller.get("/things/a", Thing)


@pytest.mark.parametrize("seconds", [-120, 71])
def test_a_token_of_another_time_is_refused(app: OpenAPI, clock: FakeClock, seconds: int) -> None:
    callers_clock = FakeClock()
    client, _ = client_of(app, clock=callers_clock)
    clock.advance(seconds=seconds)

    with pytest.raises(Unauthorized) as caught:
        client.get("/things/a", Thing)

    assert caught.value.code == ("clock_skew" if seconds < 0 else "expired_token")


def test_a_request_changed_after_signing_or_sent_twice_is_refused(
    app: OpenAPI, clock: FakeClock
) -> None:
    body = b'{"name": "a"}'
    token = mint(
        caller="tg_bot", callee="main_api", key=KEY, method="POST", path="/things", body=body,
        clock=clock,
    )  # fmt: skip
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    http = app.test_client()

    assert http.post("/things", data=b'{"name": "b"}', headers=headers).status_code == 403
    assert http.post("/things?x=1", data=body, headers=headers).status_code == 403
    assert http.post("/things", data=body, headers=headers).status_code == 201
    assert http.post("/things", data=body, headers=headers).status_code == 401


def test_a_missing_field_is_400_and_a_bad_value_422(app: OpenAPI) -> None:
    client, _ = client_of(app, clock=FakeClock())

    assert status_of(client, {"size": 1}) == ("bad_request", 400)
    assert status_of(client, {"name": "a", "size": "no"}) == ("invalid", 422)


def status_of(client: ServiceClient, body: dict[str, object]) -> tuple[str, int]:
    with pytest.raises(Exception) as caught:  # noqa: PT011 -- the family is what is asked
        client.post("/things", body, Thing)
    return caught.value.code, caught.value.status  # type: ignore[attr-defined]


def test_without_a_token_nothing_opens_but_health(app: OpenAPI) -> None:
    http = app.test_client()

    assert http.get("/things/a").status_code == 401
    assert http.get("/things/a", headers={"Authorization": "Bearer x.y.z"}).status_code == 401
    assert http.get("/nowhere").status_code == 404
    health = http.get("/health")
    assert (health.status_code, health.get_json()["dependencies"]) == (200, {"database": True})


def test_health_says_503_when_a_dependency_is_away() -> None:
    def away() -> bool:
        raise OSError("no route")

    app = assemble(new_app("main_api"), guard=Guard("x", {}, FakeClock()), probes={"db": away})

    health = app.test_client().get("/health")

    assert (health.status_code, health.get_json()["dependencies"]) == (503, {"db": False})


def test_metrics_answer_on_loopback_only(app: OpenAPI) -> None:
    http = app.test_client()
    http.get("/health")

    here = http.get("/metrics")
    elsewhere = http.get("/metrics", environ_base={"REMOTE_ADDR": "203.0.113.9"})

    assert b'http_requests_total{service="main_api",status="200",view="health"} 1.0' in here.data
    assert elsewhere.status_code == 403


def test_a_view_that_does_not_say_who_may_call_it_stops_the_app() -> None:
    app = new_app("main_api")
    app.add_url_rule("/open", view_func=lambda: "hello")

    with pytest.raises(UnguardedView):
        assemble(app, guard=Guard("x", {}, FakeClock()), probes={})


def test_a_service_does_not_start_when_a_route_is_missing_in_its_document() -> None:
    app, second = new_app("main_api"), APIBlueprint("second", __name__)

    @second.delete("/things")
    @callers()
    def delete() -> Response:
        return Response()

    app.register_api(things())
    app.register_api(second)  # the document keeps only one blueprint's operations of a path

    with pytest.raises(UndocumentedView):
        assemble(app, guard=Guard("x", {}, FakeClock()), probes={})


def test_the_body_is_capped_before_it_is_read(app: OpenAPI) -> None:
    response = app.test_client().post(
        "/things", data=b"x" * 70_000, headers={"Authorization": "Bearer x"}
    )

    assert response.status_code == 413


def test_not_found_keeps_its_class() -> None:
    app = new_app("main_api")

    def gone() -> str:
        raise NotFound("no such user", code="no_such_user")

    app.add_url_rule("/gone", view_func=public(gone))
    assemble(app, guard=Guard("x", {}, FakeClock()), probes={})
    client, _ = client_of(app, clock=FakeClock())

    with pytest.raises(NotFound) as caught:
        client.get("/gone", Thing)

    assert caught.value.code == "no_such_user"
