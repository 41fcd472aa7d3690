"""What the agent tells whom: strangers nothing, those who sign with a right key all they need."""

import json
from datetime import timedelta
from itertools import product

from werkzeug.test import TestResponse

from common.clock import Clock
from common.service_auth import mint
from common.settings import load
from country_api.app import create_app
from country_api.deps import build
from country_api.settings import CountrySettings
from tests.country_api.conftest import KEY, Agent
from tests.support.clock import FakeClock

FROM_AFAR = {"REMOTE_ADDR": "203.0.113.77"}
LOCAL_PAGES = ("/health", "/metrics", "/openapi.json")
OTHER_KEY = "o" * 32


def token(clock: Clock, path: str = "/description", **other: str) -> str:
    values = {"caller": "main_api", "callee": "country_api", "key": KEY, "method": "GET"} | other
    return mint(**values, path=path, body=b"", clock=clock)


def ask(
    agent: Agent, path: str = "/description", bearer: str = "", method: str = "GET"
) -> TestResponse:
    headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
    client = agent.app.test_client()
    return client.open(path, method=method, headers=headers, environ_overrides=FROM_AFAR)


def code(answer: TestResponse) -> str:
    return str(json.loads(answer.get_data())["error"]["code"])


def test_a_stranger_hears_an_empty_404_at_every_path_with_every_method(agent: Agent) -> None:
    methods = ("GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS", "X")
    paths = ("/", "/users", "/users/u1", "/nothing", "/static/x", *LOCAL_PAGES)
    heard = set()
    for method, path in product(methods, paths):
        forged = token(agent.clock, path, key=OTHER_KEY, method=method)
        for bearer in ("", "garbage", "a.b.c", forged, "x" * 3000):
            answer = ask(agent, path, bearer, method)
            heard.add((answer.status_code, answer.get_data(), tuple(answer.headers)))

    assert heard == {(404, b"", (("Content-Length", "0"),))}


def test_a_body_too_long_or_broken_is_no_way_to_hear_more(agent: Agent) -> None:
    client = agent.app.test_client()
    for body in (b"x" * 200_000, b"{", b"\xff"):
        answer = client.put("/users", data=body, environ_overrides=FROM_AFAR)

        assert (answer.status_code, answer.get_data()) == (404, b"")


def test_who_signs_with_a_right_key_hears_what_is_wrong(agent: Agent) -> None:
    ahead = FakeClock(agent.clock() + timedelta(minutes=5))
    behind = FakeClock(agent.clock() - timedelta(minutes=5))

    assert code(ask(agent, bearer=token(ahead))) == "clock_skew"
    assert code(ask(agent, bearer=token(behind))) == "expired_token"
    assert code(ask(agent, bearer=token(agent.clock, "/users"))) == "wrong_request"
    assert code(ask(agent, "/nothing", token(agent.clock, "/nothing"))) == "not_found"
    assert code(ask(agent, "/users/u7", token(agent.clock, "/users/u7"))) == "no_such_user"
    posted = token(agent.clock, "/users", method="POST")
    assert ask(agent, "/users", posted, "POST").status_code == 405


def test_a_recorded_request_is_good_for_one_time_and_one_server(agent: Agent) -> None:
    recorded, another = token(agent.clock), token(agent.clock)
    assert ask(agent, bearer=recorded).status_code == 200

    assert code(ask(agent, bearer=recorded)) == "replayed_token"

    environ = agent.environ | {"CALLER_KEYS": json.dumps({"main_api": [OTHER_KEY]})}
    settings = load(CountrySettings, environ)
    elsewhere = create_app(settings, build(settings, agent.clock)).test_client()
    headers = {"Authorization": f"Bearer {another}"}
    assert elsewhere.get("/description", headers=headers).status_code == 404
    assert ask(agent, bearer=another).status_code == 200


def test_pages_about_the_agent_are_for_its_own_machine(agent: Agent) -> None:
    here = agent.app.test_client()

    assert [here.get(path).status_code for path in LOCAL_PAGES] == [200, 200, 200]
    assert [ask(agent, path).status_code for path in LOCAL_PAGES] == [404, 404, 404]
    assert here.get("/users").status_code == 404


def test_this_machine_is_known_also_where_the_agent_listens_on_ipv6(agent: Agent) -> None:
    """Which is so where customers reach the server by such an address."""
    by_ipv4, another = "::ffff:127.0.0.1", "::ffff:203.0.113.9"
    client = agent.app.test_client()

    def health(source: str) -> int:
        return client.get("/health", environ_base={"REMOTE_ADDR": source}).status_code

    assert [health(by_ipv4), health("::1"), health(another)] == [200, 200, 404]
