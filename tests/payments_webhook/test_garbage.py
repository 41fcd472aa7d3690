"""Whatever anybody sends to a public address: no 5xx, nothing written, nothing told."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.desk import Desk

PATHS = ["/notification", "/yookassa", "/yoomoney", "/api/v1/payments/webhook", "/payOk"]
TYPES = ["application/json", "application/x-www-form-urlencoded", "text/plain", "", "a/b; c"]
json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
    ),
    max_leaves=6,
)
events = st.fixed_dictionaries(
    {
        "event": st.sampled_from(["payment.succeeded", "refund.succeeded", "x"]) | json_values,
        "object": st.fixed_dictionaries(
            {"id": json_values, "payment_id": json_values, "metadata": json_values}
        )
        | json_values,
    }
)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder: Path = tmp_path_factory.mktemp("garbage")
    desk = Desk(folder)
    yield desk
    desk.close()


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(PATHS), st.sampled_from(TYPES), st.binary(max_size=300))
def test_bytes(shared: Desk, path: str, content_type: str, body: bytes) -> None:
    answer = shared.http.post(path, data=body, content_type=content_type)

    assert answer.status_code in (200, 400, 403)
    assert shared.rows() == []


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(PATHS[:2]), events | json_values)
def test_json(shared: Desk, path: str, body: object) -> None:
    answer = shared.http.post(path, json=body)

    assert answer.status_code in (200, 400)
    assert b"Traceback" not in answer.data
    assert shared.rows() == []


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text(max_size=80))
def test_pay_pages(shared: Desk, order_id: str) -> None:
    for method, path in (("GET", "/pay/{}"), ("POST", "/pay/{}/yookassa"), ("PUT", "/pay/{}")):
        answer = shared.http.open(path.format(order_id), method=method)
        assert answer.status_code < 500


@pytest.mark.parametrize(
    "what", [{"metadata": {"order_id": "\ud800"}}, {"payment_id": "\udfff"}, {"payment_id": "a\0b"}]
)
def test_half_a_character_is_no_name_of_anything(shared: Desk, what: dict[str, object]) -> None:
    known = {"id": "2f000000-000f-5000-a000-000000000000"} | what
    for event in ("payment.succeeded", "refund.succeeded"):
        answer = shared.http.post("/notification", json={"event": event, "object": known})
        assert answer.status_code == 200
    with shared.deps.store.writing() as db:
        db.execute("DELETE FROM events")


def test_pay_ok_answers_ok(shared: Desk) -> None:
    answer = shared.http.post("/payOk")

    assert (answer.status_code, answer.data) == (200, b"")
