"""Every internal route of every running service, called by those who may not."""

import re
from datetime import UTC, datetime

import pytest
import requests

from common.clock import Clock, make_clock
from common.service_auth import mint
from sandbox.shop import Sandbox

CALLEES = {
    "main_api": "main_api",
    "notify_service": "notify_service",
    "payments_webhook": "payments_webhook",
    "agent_finland": "country_api",
}
PUBLIC = re.compile(
    r"^/(health|openapi\.json|metrics|pay/|payOk|notification|yoo|api/v1/payments/webhook)"
)

pytestmark = pytest.mark.timeout(60)


def internal_operations(shop: Sandbox, service: str) -> list[tuple[str, str]]:
    paths = requests.get(f"{shop.layout.url(service)}/openapi.json", timeout=10).json()["paths"]
    filled = {re.sub(r"\{[^}]*\}", "1", path): path for path in paths}
    return [
        (method.upper(), path)
        for path, template in filled.items()
        for method in paths[template]
        if not (service == "payments_webhook" and PUBLIC.match(path)) and path != "/health"
    ]


def token(key: str, callee: str, method: str, path: str, clock: Clock, body: bytes = b"") -> str:
    return mint(
        caller="operator",
        callee=callee,
        key=key,
        method=method,
        path=path,
        body=body,
        clock=clock,
    )


def answered(shop: Sandbox, service: str, method: str, path: str, bearer: str = "") -> int:
    headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
    url = shop.layout.url(service) + path
    answer = requests.request(method, url, data=b"{}", headers=headers, timeout=10)
    assert "Traceback" not in answer.text
    return answer.status_code


@pytest.mark.parametrize("service", CALLEES)
def test_no_internal_route_opens_to_whoever_may_not(shop: Sandbox, service: str) -> None:
    callee, operations = CALLEES[service], internal_operations(shop, service)
    clock = make_clock(shop.layout.clock_file)
    own = shop.layout.keys.get(("operator", service)) or shop.layout.keys["main_api", service]
    other = shop.layout.keys["tg_bot", "main_api" if service != "main_api" else "notify_service"]
    assert operations

    for method, path in operations:
        name = f"{method} {path}"
        stale = token(own, callee, method, path, lambda: datetime(2020, 1, 1, tzinfo=UTC))
        foreign = token(other, callee, method, path, clock, b"{}")
        misdirected = token(own, "somebody_else", method, path, clock, b"{}")
        another_body = token(own, callee, method, path, clock, b'{"changed": 1}')

        assert answered(shop, service, method, path) == 401, name
        assert answered(shop, service, method, path, "garbage") == 401, name
        assert answered(shop, service, method, path, stale) == 401, name
        assert answered(shop, service, method, path, foreign) == 401, name
        assert answered(shop, service, method, path, misdirected) == 401, name
        if service != "payments_webhook":
            assert answered(shop, service, method, path, another_body) == 403, name
