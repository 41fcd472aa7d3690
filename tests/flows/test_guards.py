"""Every internal route of every running service, called by those who may not."""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest

from common.clock import Clock, make_clock
from common.service_auth import mint
from common.service_client import make_session
from sandbox.shop import Sandbox

CALLEES = {
    "main_api": "main_api",
    "notify_service": "notify_service",
    "payments_webhook": "payments_webhook",
    "agent_finland": "country_api",
}
BODY = b"{}"
PUBLIC = re.compile(
    r"^/(health|openapi\.json|metrics|pay/|payOk|notification|yoo|api/v1/payments/webhook)"
)

pytestmark = pytest.mark.timeout(60)


def internal_operations(shop: Sandbox, service: str) -> list[tuple[str, str]]:
    with make_session(shop.layout.fingerprints(service)) as session:
        paths = session.get(f"{shop.layout.url(service)}/openapi.json", timeout=30).json()["paths"]
    filled = {re.sub(r"\{[^}]*\}", "1", path): path for path in paths}
    return [
        (method.upper(), path)
        for path, template in filled.items()
        for method in paths[template]
        if not (service == "payments_webhook" and PUBLIC.match(path)) and path != "/health"
    ]


@dataclass(frozen=True)
class Signer:
    """Signs calls to one callee as `caller`."""

    caller: str
    callee: str
    key: str
    clock: Clock

    def token(self, method: str, path: str, body: bytes = BODY) -> str:
        return mint(
            caller=self.caller,
            callee=self.callee,
            key=self.key,
            method=method,
            path=path,
            body=body,
            clock=self.clock,
        )


def signer(shop: Sandbox, service: str) -> Signer:
    """Somebody whom the service really lets in."""
    caller = "operator" if ("operator", service) in shop.layout.keys else "main_api"
    key, clock = shop.layout.keys[caller, service], make_clock(shop.layout.clock_file)
    return Signer(caller, CALLEES[service], key, clock)


def answered(shop: Sandbox, service: str, method: str, path: str, bearer: str = "") -> int:
    headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
    url = shop.layout.url(service) + path
    with make_session(shop.layout.fingerprints(service)) as session:
        answer = session.request(method, url, data=BODY, headers=headers, timeout=30)
        assert "Traceback" not in answer.text
    return answer.status_code


@pytest.mark.parametrize("service", CALLEES)
def test_no_internal_route_opens_to_whoever_may_not(shop: Sandbox, service: str) -> None:
    own, operations = signer(shop, service), internal_operations(shop, service)
    pair = ("tg_bot", "main_api" if service != "main_api" else "notify_service")
    stale = replace(own, clock=lambda: datetime(2020, 1, 1, tzinfo=UTC))
    foreign = replace(own, key=shop.layout.keys[pair])
    misdirected = replace(own, callee="somebody_else")
    unknown = 404 if CALLEES[service] == "country_api" else 401  # an agent tells strangers nothing
    assert operations

    for call in operations:
        name = " ".join(call)

        assert answered(shop, service, *call) == unknown, name
        assert answered(shop, service, *call, "garbage") == unknown, name
        assert answered(shop, service, *call, stale.token(*call)) == 401, name
        assert answered(shop, service, *call, foreign.token(*call)) == unknown, name
        assert answered(shop, service, *call, misdirected.token(*call)) == unknown, name
        assert answered(shop, service, *call, own.token(*call, b'{"changed": 1}')) == 403, name


@pytest.mark.parametrize("service", CALLEES)
def test_the_same_signer_gets_in_with_what_is_right(shop: Sandbox, service: str) -> None:
    """Without this the refusals above would prove nothing."""
    harmless = next(call for call in internal_operations(shop, service) if call[0] != "DELETE")

    token = signer(shop, service).token(*harmless)

    assert answered(shop, service, *harmless, token) not in (401, 403)
