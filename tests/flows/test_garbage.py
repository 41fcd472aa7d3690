"""Garbage to every route of every service, public and signed: no 5xx, no traceback, no harm."""

from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import hypothesis
import pytest
import requests
import schemathesis
from requests.auth import AuthBase
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.schemas import OpenApiSchema
from typing_extensions import override

from common.clock import Clock, make_clock
from common.service_auth import mint
from common.service_client import make_session
from sandbox.layout import COUNTRIES
from sandbox.shop import Sandbox

SERVICES = {
    "main_api": "main_api",
    "notify_service": "notify_service",
    "agent_finland": "country_api",
}
PUBLIC = ("main_public", "payments_webhook")
EXAMPLES = 12
PAST_THE_GUARD = 0.8
BODIES = (
    b"", b"{", b"[]", b"null", b'"x"', b"\x00\xff\xfe", b"a=1&a=2", b"sign=&label=", b"{}" * 9000,
    b'{"event": "payment.succeeded", "object": {"id": ["x"]}}', b"sign=%FF%FE&amount=NaN",
    '{"type":"notification","event":"payment.succeeded","object":{"id":"é"}}'.encode(),
)  # fmt: skip
NOTIFICATION_PATHS = (
    "/notification", "/yookassa", "/yoomoney", "/api/v1/payments/webhook", "/payOk",
)  # fmt: skip

pytestmark = pytest.mark.timeout(180)


class SignedBy(AuthBase):
    """Signs each request as it goes out."""

    def __init__(self, caller: str, callee: str, key: str, clock: Clock) -> None:
        self._caller, self._callee, self._key, self._clock = caller, callee, key, clock

    @override
    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        body = request.body or b""
        token = mint(
            caller=self._caller,
            callee=self._callee,
            key=self._key,
            method=str(request.method),
            path=request.path_url,
            body=body if isinstance(body, bytes) else body.encode(),
            clock=self._clock,
        )
        request.headers["Authorization"] = f"Bearer {token}"
        return request


@pytest.fixture(scope="module")
def shop() -> Iterator[Sandbox]:
    """A shop of its own: who is let in may delete anybody whose number he guesses."""
    with Sandbox.temporary() as sandbox:
        sandbox.start_all()
        yield sandbox


def schema_of(shop: Sandbox, service: str) -> OpenApiSchema:
    url = shop.layout.url(service)
    with make_session(shop.layout.fingerprints(service)) as session:
        schema = schemathesis.openapi.from_dict(session.get(f"{url}/openapi.json").json())
    schema.config.update(base_url=url)
    return schema


def pelt(shop: Sandbox, service: str, auth: AuthBase | None) -> Counter[int]:
    """Made-up requests to every operation, valid ones and invalid ones; the statuses answered."""
    statuses: Counter[int] = Counter()
    session = make_session(shop.layout.fingerprints(service))
    for found in schema_of(shop, service).get_all_operations():
        assert isinstance(found, Ok), found
        operation = found.ok()

        @hypothesis.settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        @hypothesis.seed(7)
        @hypothesis.given(case=operation.as_strategy())
        def throw(case: schemathesis.Case[Any]) -> None:
            answer = case.call(session=session, auth=auth)
            statuses[answer.status_code] += 1
            assert answer.status_code < 500, f"{case.method} {case.path}: {answer.text[:300]}"
            assert "Traceback" not in answer.text

        throw()
    return statuses


@pytest.mark.parametrize("service", SERVICES)
def test_signed_garbage_gets_past_the_guard_and_breaks_nothing(shop: Sandbox, service: str) -> None:
    key = shop.layout.keys["operator", service]
    auth = SignedBy("operator", SERVICES[service], key, make_clock(shop.layout.clock_file))

    statuses = pelt(shop, service, auth)

    refused = statuses[401] + statuses[403]
    assert refused <= (1 - PAST_THE_GUARD) * statuses.total(), statuses


@pytest.mark.parametrize("service", PUBLIC)
def test_garbage_to_public_routes_breaks_and_writes_nothing(shop: Sandbox, service: str) -> None:
    before = written(shop)

    assert pelt(shop, service, None).total() > 0

    assert written(shop) == before


@pytest.mark.parametrize("path", NOTIFICATION_PATHS)
def test_hand_made_garbage_to_the_webhooks(shop: Sandbox, path: str) -> None:
    url = shop.layout.url("payments_webhook") + path
    before = written(shop)

    for body in BODIES:
        for kind in ("application/json", "application/x-www-form-urlencoded", "text/plain"):
            answer = requests.post(url, data=body, headers={"Content-Type": kind}, timeout=30)
            assert answer.status_code < 500
            assert "Traceback" not in answer.text

    assert written(shop) == before


def written(shop: Sandbox) -> list[object]:
    """What a stranger could have changed: who there is, and who is on the servers."""
    ids = [sorted(shop.operator.user_ids())]
    return [ids, *(sorted(shop.operator.active_ids(country)) for country in COUNTRIES)]


def test_the_doubles_are_reached_on_this_machine_only(shop: Sandbox) -> None:
    hosts = {urlsplit(shop.layout.url(name)).hostname for name in shop.layout.ports}

    assert hosts == {"127.0.0.1"}
