"""Nonsense at the admin's routes is told as such, and nobody but the bot is let in."""

import json

import pytest

from common.service_auth import mint
from tests.support.shop import OPERATOR_KEY
from tests.support.till import PAYMENTS_CALLER_KEY, Till

LONG = 10**30
GETS = [
    ("/api/v1/admin/users/0/card", 422),
    (f"/api/v1/admin/users/{LONG}/card", 422),
    ("/api/v1/admin/users/-1/card", 404),
    ("/api/v1/admin/users/x/card", 404),
    ("/api/v1/admin/users/1/nonsense", 404),
    (f"/api/v1/admin/users/{LONG}/payments", 422),
    (f"/api/v1/admin/users/{LONG}/audit", 422),
    ("/api/v1/audiences/nobody", 422),
    ("/api/v1/audiences/%00", 422),
    ("/api/v1/audiences/ALL", 422),
    ("/api/v1/audiences/all?after=-1", 422),
    (f"/api/v1/audiences/all?after={LONG}", 422),
    ("/api/v1/audiences/all?after=x", 422),
    ("/api/v1/audiences/all?language=de", 422),
    ("/api/v1/audiences/all?language=", 422),
]
ACT = {"admin_id": 777, "key": "press"}
POSTS: list[tuple[str, object, int]] = [
    ("time", ACT, 422),
    ("time", ACT | {"months": 0, "days": 0}, 422),
    ("time", ACT | {"days": LONG}, 422),
    ("time", ACT | {"days": 1.5}, 422),
    ("time", ACT | {"months": 121}, 422),
    ("time", ACT | {"days": 1, "admin_id": 0}, 422),
    ("time", ACT | {"days": 1, "admin_id": LONG}, 422),
    ("time", ACT | {"days": 1, "key": ""}, 422),
    ("time", ACT | {"days": 1, "key": "a b"}, 422),
    ("time", ACT | {"days": 1, "key": "x" * 65}, 422),
    ("time", {"admin_id": 777, "days": 1}, 400),
    ("time", {"key": "press", "days": 1}, 400),
    ("time", [], 400),
    ("revoke", {}, 400),
    ("link", {"admin_id": "x", "key": "press"}, 422),
    ("ban", ACT, 400),
    ("ban", ACT | {"banned": "perhaps"}, 422),
    ("note", ACT, 400),
    ("note", ACT | {"action": "Not An Action"}, 422),
    ("note", ACT | {"action": "message", "details": {"$where": "x"}}, 422),
    ("note", ACT | {"action": "message", "details": {"a.b": "x"}}, 422),
    ("note", ACT | {"action": "message", "details": {"": "x"}}, 422),
    ("note", ACT | {"action": "message", "details": {"n": LONG}}, 422),
    ("note", ACT | {"action": "message", "details": {"n": 1.5}}, 422),
    ("note", ACT | {"action": "message", "details": {"n": None}}, 422),
    ("note", ACT | {"action": "message", "details": {"n": {"deep": 1}}}, 422),
    ("note", ACT | {"action": "message", "details": {"n": "\ud800"}}, 422),
    ("note", ACT | {"action": "message", "details": {"n": "x" * 1025}}, 422),
    ("note", ACT | {"action": "message", "details": {f"n{n}": n for n in range(21)}}, 422),
]


@pytest.fixture(scope="module")
def till(tmp_path_factory: pytest.TempPathFactory) -> Till:
    return Till(tmp_path_factory.mktemp("till"))


def status(till: Till, method: str, path: str, body: str = "", *, caller: str, key: str) -> int:
    token = mint(
        caller=caller, callee="main_api", key=key, method=method, path=path, body=body.encode(),
        clock=till.clock,
    )  # fmt: skip
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    sent = {"RAW_URI": path}
    client = till.app.test_client()
    answer = client.open(path, method=method, data=body, headers=headers, environ_overrides=sent)
    if answer.status_code >= 400:
        assert set(answer.get_json()["error"]) == {"code", "message", "details", "request_id"}
    return answer.status_code


@pytest.mark.parametrize(("path", "wanted"), GETS)
def test_a_question_that_makes_no_sense_is_refused(till: Till, path: str, wanted: int) -> None:
    assert status(till, "GET", path, caller="operator", key=OPERATOR_KEY) == wanted


@pytest.mark.parametrize(("act", "body", "wanted"), POSTS)
def test_an_act_that_makes_no_sense_is_refused_and_leaves_nothing(
    till: Till, act: str, body: object, wanted: int
) -> None:
    path, text = f"/api/v1/admin/users/{till.user_id}/{act}", json.dumps(body)

    assert status(till, "POST", path, text, caller="operator", key=OPERATOR_KEY) == wanted
    assert till.deps.db["audit"].count_documents({}) == 0
    assert till.record(till.user_id).revision == 0


def test_text_that_is_no_json_is_refused(till: Till) -> None:
    path = f"/api/v1/admin/users/{till.user_id}/time"
    for text in ("", "{", "\x00", "null", '{"days": 1', "1" * 5000):
        told = status(till, "POST", path, text, caller="operator", key=OPERATOR_KEY)
        assert told in (400, 422), text


def test_another_service_may_not_look_at_people_or_act_on_them(till: Till) -> None:
    for method, path in [
        ("GET", f"/api/v1/admin/users/{till.user_id}/card"),
        ("GET", "/api/v1/admin/statistics"),
        ("GET", "/api/v1/audiences"),
        ("GET", "/api/v1/audiences/all"),
        ("POST", f"/api/v1/admin/users/{till.user_id}/ban"),
        ("POST", "/api/v1/admin/notes"),
    ]:
        told = status(till, method, path, caller="payments_webhook", key=PAYMENTS_CALLER_KEY)
        assert told == 403, path
